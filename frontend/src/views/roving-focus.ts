/** Marks in a drawing that the keyboard reaches: Tab goes to one of them, the arrow keys to the others. */

import { s } from "../dom";

/** A mark with a name for people who do not see it; a link where it has an address. */
export function createMark(name: string, href: string | undefined, ...children: SVGElement[]): SVGElement {
  if (!href) return s("g", { class: "mark", role: "img", "aria-label": name, tabindex: -1 }, ...children);
  const link = s("a", { class: "mark", href, "aria-label": name, tabindex: -1 }, ...children);
  // A browser would drag the link away as text where the reader wants to move the drawing.
  link.addEventListener("dragstart", (event) => event.preventDefault());
  return link;
}

const next = (index: number, count: number): number => (index + 1) % count;
const previous = (index: number, count: number): number => (index - 1 + count) % count;
const MOVES: Record<string, (index: number, count: number) => number> = {
  ArrowRight: next,
  ArrowDown: next,
  ArrowLeft: previous,
  ArrowUp: previous,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/**
 * Let Tab reach one mark and the arrow keys the others, in the order that `getMarks` returns.
 * Call the returned function when the marks have changed.
 */
export function addRovingFocus(svg: SVGElement, getMarks: () => readonly SVGElement[]): () => void {
  const makeTabStop = (tabStop: SVGElement | undefined): void => {
    for (const mark of getMarks()) mark.setAttribute("tabindex", mark === tabStop ? "0" : "-1");
  };
  svg.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    const marks = getMarks();
    const index = marks.findIndex((mark) => event.target instanceof Node && mark.contains(event.target));
    if (!move || index < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const target = marks[move(index, marks.length)];
    makeTabStop(target);
    target?.focus();
  });
  return () => makeTabStop(getMarks()[0]);
}
