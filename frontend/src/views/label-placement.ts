/** Names beside marks: shortened, and written only where there is room. */

/** A name of at most `maxLength` characters, cut between words where that leaves any. */
export function shortenText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const room = Math.max(3, maxLength - 1);
  const wholeWords = text.slice(0, room + 1).replace(/\s+\S*$/, "");
  const start = wholeWords.length <= room ? wholeWords : text.slice(0, room);
  return `${start.replace(/[\s,;:(–-]+$/, "")}…`;
}

const LABEL_HEIGHT_PIXELS = 14;
const LABEL_GAP_PIXELS = 4;

/** The room that a mark or its label takes. */
export interface Box {
  /** What the mark stands for: its label may lie on the mark itself. */
  owner: unknown;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Where a label starts or ends, measured from the middle of its mark; `fits` is false where there is no room for it. */
export interface LabelPlace {
  dx: number;
  anchor: "start" | "end";
  fits: boolean;
}

/** The room that a round mark takes. */
export function boxOfMark(owner: unknown, x: number, y: number, radius: number): Box {
  return { owner, left: x - radius, right: x + radius, top: y - radius, bottom: y + radius };
}

/** Find room for a label at the right or at the left of a mark, and add it to the boxes that are taken. */
export function placeLabel(mark: Box, labelWidth: number, takenBoxes: Box[], drawingWidth: number): LabelPlace {
  const [distance, x, y] = [(mark.right - mark.left) / 2 + LABEL_GAP_PIXELS, (mark.left + mark.right) / 2, (mark.top + mark.bottom) / 2];
  const boxFrom = (left: number): Box =>
    ({ owner: mark.owner, left, right: left + labelWidth, top: y - LABEL_HEIGHT_PIXELS / 2, bottom: y + LABEL_HEIGHT_PIXELS / 2 });
  const right = { dx: distance, anchor: "start" as const, box: boxFrom(x + distance) };
  const left = { dx: -distance, anchor: "end" as const, box: boxFrom(x - distance - labelWidth) };
  const sides = right.box.right > drawingWidth ? [left, right] : [right, left];
  const free = sides.find(({ box }) => box.left >= 0 && box.right <= drawingWidth
    && !takenBoxes.some((taken) => taken.owner !== mark.owner && overlap(box, taken)));
  if (free) takenBoxes.push(free.box);
  const { dx, anchor } = free ?? sides[0] ?? right;
  return { dx, anchor, fits: free !== undefined };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top;
}
