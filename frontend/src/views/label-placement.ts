/** Names beside marks: as long as fits, and where there is room. */

/** A name of at most `most` characters, cut between words where that leaves anything. */
export function shortened(name: string, most: number): string {
  if (name.length <= most) return name;
  const room = Math.max(3, most - 1);
  const words = name.slice(0, room + 1).replace(/\s+\S*$/, "");
  const kept = words.length <= room ? words : name.slice(0, room);
  return `${kept.replace(/[\s,;:(–-]+$/, "")}…`;
}

const LINE = 14;

/** Room that is taken, by what. */
export interface Box {
  owner: unknown;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Where a name starts or ends, from the mark's middle on; `free` is false where there is no room for it. */
export interface Beside {
  dx: number;
  anchor: "start" | "end";
  free: boolean;
}

/** The room that a mark takes. */
export function boxOf(owner: unknown, x: number, y: number, r: number): Box {
  return { owner, left: x - r, right: x + r, top: y - r, bottom: y + r };
}

/** Find room for a name beside a mark, on its right or its left, in a drawing as wide as `most`, and take it. */
export function beside(mark: Box, width: number, taken: Box[], most: number): Beside {
  const [away, x, y] = [(mark.right - mark.left) / 2 + 4, (mark.left + mark.right) / 2, (mark.top + mark.bottom) / 2];
  const box = (left: number): Box => ({ owner: mark.owner, left, right: left + width, top: y - LINE / 2, bottom: y + LINE / 2 });
  const right = { dx: away, anchor: "start" as const, box: box(x + away) };
  const left = { dx: -away, anchor: "end" as const, box: box(x - away - width) };
  const sides = right.box.right > most ? [left, right] : [right, left];
  const free = sides.find(({ box: one }) =>
    one.left >= 0 && one.right <= most && !taken.some((other) => other.owner !== mark.owner && overlap(one, other)));
  if (free) taken.push(free.box);
  const { dx, anchor } = free ?? sides[0] ?? right;
  return { dx, anchor, free: free !== undefined };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}
