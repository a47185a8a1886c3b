/** Marks in a drawing that keyboards reach: one stop for Tab, arrow keys from mark to mark. */

import { s } from "../dom";

/** A mark with a name for those who do not see it; a link where it leads somewhere. */
export function mark(name: string, href: string | undefined, ...children: SVGElement[]): SVGElement {
  if (!href) return s("g", { class: "mark", role: "img", "aria-label": name, tabindex: -1 }, ...children);
  const link = s("a", { class: "mark", href, "aria-label": name, tabindex: -1 }, ...children);
  // Otherwise moving the drawing would drag the link away as text.
  link.addEventListener("dragstart", (event) => event.preventDefault());
  return link;
}

const STEPS: Record<string, (index: number, count: number) => number> = {
  ArrowRight: (index, count) => (index + 1) % count,
  ArrowDown: (index, count) => (index + 1) % count,
  ArrowLeft: (index, count) => (index - 1 + count) % count,
  ArrowUp: (index, count) => (index - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

/**
 * Let Tab reach one of the marks and the arrow keys the others, in the order that `marks` gives at that moment.
 * Call what it gives back when the marks have changed.
 */
export function rove(svg: SVGElement, marks: () => readonly SVGElement[]): () => void {
  const stop = (at: SVGElement | undefined): void => {
    for (const one of marks()) one.setAttribute("tabindex", one === at ? "0" : "-1");
  };
  const markOf = (event: Event): SVGElement | undefined =>
    marks().find((one) => event.target instanceof Node && one.contains(event.target));
  svg.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const at = markOf(event);
    if (!step || !at || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const all = marks();
    const next = all[step(all.indexOf(at), all.length)];
    stop(next);
    next?.focus();
  });
  return () => stop(marks()[0]);
}
