/** Figures: a drawing above the table that the server wrote, which folds away but stays in reach. */

import { debounced, h } from "../dom";
import type { ViewName } from "../rdf/columns";
import { load, type Data } from "../rdf/fetch";
import { fromMarkup, withPage } from "../rdf/table";
import { say } from "../i18n";

export interface Stage {
  /** Where to draw. */
  box: HTMLElement;
  /** What the drawing shows, said in a few words. */
  label: string;
}

/** What a drawing tells its figure: itself in a sentence, and how to follow another width. */
export interface Drawing {
  summary: string;
  resize?(): void;
}

export interface View {
  draw(stage: Stage, data: Data): Drawing | Promise<Drawing>;
}

const VIEWS: Record<Exclude<ViewName, "Table">, () => Promise<View>> = {
  Map: () => import("../views/map"),
  BarChart: () => import("../views/bars"),
  LineChart: () => import("../views/charts").then(({ lines }) => ({ draw: lines })),
  ScatterChart: () => import("../views/charts").then(({ scatter }) => ({ draw: scatter })),
  Timeline: () => import("../views/timeline"),
  Graph: () => import("../views/graph"),
  Dimensions: () => import("../views/sankey"),
};

function isDrawn(name: string): name is keyof typeof VIEWS {
  return name in VIEWS;
}

/** Enhance every `<figure class="view">`. */
export function enhanceFigures(root: ParentNode): void {
  const whenNear = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      whenNear.unobserve(target);
      void fill(target as HTMLElement);
    }
  }, { rootMargin: "300px" });
  for (const figure of root.querySelectorAll<HTMLElement>("figure.view[data-view]")) {
    if (!isDrawn(figure.dataset["view"] ?? "")) continue;
    if (prepare(figure)) whenNear.observe(figure);
  }
}

/** Fold the table and keep room for the drawing, so that nothing jumps when it comes. */
function prepare(figure: HTMLElement): boolean {
  const table = figure.querySelector("table");
  const rows = table?.tBodies[0]?.rows.length ?? 0;
  if (!figure.dataset["src"] && !rows) return false;
  if (table && !rows) return false;
  const rest = [...figure.childNodes].filter((node) => !(node instanceof HTMLElement && node.matches("figcaption, .view-keep")));
  const title = table ? say("table", rows) : say("view.Turtle");
  const fold = h("details", { class: "view-data" }, h("summary", {}, title), ...rest);
  const box = h("div", { class: "view-box waiting", "aria-busy": "true" }, h("p", { class: "visually-hidden", role: "status" }, say("loading")));
  const caption = figure.querySelector(":scope > figcaption");
  if (caption && caption === figure.firstElementChild) caption.after(box, fold);
  else figure.prepend(box, fold);
  return true;
}

async function fill(figure: HTMLElement): Promise<void> {
  const box = figure.querySelector<HTMLElement>(":scope > .view-box");
  const fold = figure.querySelector<HTMLDetailsElement>(":scope > .view-data");
  const name = figure.dataset["view"] ?? "";
  if (!box || !isDrawn(name)) return;
  try {
    await show(box, name, await dataOf(figure), figure.dataset["label"] ?? "");
  } catch (error) {
    box.remove();
    if (!fold) return;
    fold.open = true;
    const why = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
    fold.before(h("p", { class: "hint", role: "status" }, say("drawing.failed", why)));
  }
}

async function dataOf(figure: HTMLElement): Promise<Data> {
  const markup = figure.querySelector("table");
  // Read at once: as soon as someone sorts it, its rows no longer stand in the order of the answer.
  const page = markup && fromMarkup(markup);
  const address = figure.dataset["src"];
  if (address) {
    const data = await load(address);
    return "table" in data ? { table: withPage(data.table, page) } : data;
  }
  return { table: page ?? { columns: [], titles: {}, rows: [] } };
}

/** Draw a view into a box, and again whenever the box gets another width. */
export async function show(box: HTMLElement, name: keyof typeof VIEWS, data: Data, label: string): Promise<void> {
  const view = await VIEWS[name]();
  box.replaceChildren();
  const drawing = await view.draw({ box, label }, data);
  box.classList.remove("waiting");
  box.removeAttribute("aria-busy");
  box.append(h("p", { class: "visually-hidden" }, drawing.summary));
  if (!drawing.resize) return;
  let width = box.clientWidth;
  const follow = debounced(120, () => {
    if (Math.abs(box.clientWidth - width) < 4 || !box.clientWidth) return;
    width = box.clientWidth;
    drawing.resize?.();
  });
  new ResizeObserver(follow).observe(box);
}

export { isDrawn };
