/** Names that fit beside a mark. */

/** A name of at most `most` characters, cut between words where that leaves anything. */
export function shortened(name: string, most: number): string {
  if (name.length <= most) return name;
  const room = Math.max(3, most - 1);
  const words = name.slice(0, room + 1).replace(/\s+\S*$/, "");
  const kept = words.length <= room ? words : name.slice(0, room);
  return `${kept.replace(/[\s,;:(–-]+$/, "")}…`;
}
