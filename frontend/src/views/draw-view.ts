/** The views by name, each loaded when a page first draws it. */

import { debounced, h } from "../dom";
import type { ViewName } from "../rdf/columns";
import type { Data } from "../rdf/fetch";
import type { View } from "./view";

const VIEWS = {
  Map: () => import("./map"),
  BarChart: () => import("./bars"),
  LineChart: () => import("./charts").then(({ drawLines }) => ({ draw: drawLines })),
  ScatterChart: () => import("./charts").then(({ drawScatter }) => ({ draw: drawScatter })),
  Timeline: () => import("./timeline"),
  Graph: () => import("./graph"),
  Dimensions: () => import("./sankey"),
} satisfies Record<Exclude<ViewName, "Table">, () => Promise<View>>;

export type DrawnView = keyof typeof VIEWS;

/** Whether a view is drawn; the others are text and tables. */
export function isDrawn(name: string): name is DrawnView {
  return name in VIEWS;
}

/** Draw a view into a box, and again whenever the box gets another width. */
export async function drawView(box: HTMLElement, name: DrawnView, data: Data, label: string): Promise<void> {
  const view: View = await VIEWS[name]();
  box.replaceChildren();
  const drawing = await view.draw({ box, label }, data);
  box.classList.remove("waiting");
  box.removeAttribute("aria-busy");
  box.append(h("p", { class: "visually-hidden" }, drawing.summary));
  if (!drawing.resize) return;
  let width = box.clientWidth;
  const redraw = debounced(120, () => {
    if (Math.abs(box.clientWidth - width) < 4 || !box.clientWidth) return;
    width = box.clientWidth;
    drawing.resize?.();
  });
  new ResizeObserver(redraw).observe(box);
}
