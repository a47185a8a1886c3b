/** Figures: a drawing above the table that the server wrote. The table folds away, and stays in the page. */

import { h } from "../dom";
import { translate } from "../i18n";
import { loadData, type Data } from "../rdf/fetch";
import { fromMarkup, withPage } from "../rdf/table";
import { drawView, isDrawn } from "../views/draw-view";

/** Enhance every `<figure class="view">`. */
export function enhanceFigures(root: ParentNode): void {
  const visibility = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      visibility.unobserve(target);
      void drawFigure(target as HTMLElement);
    }
  }, { rootMargin: "300px" });
  for (const figure of root.querySelectorAll<HTMLElement>("figure.view[data-view]")) {
    if (isDrawn(figure.dataset["view"] ?? "") && prepareFigure(figure)) visibility.observe(figure);
  }
}

/** Fold the table and keep room for the drawing, so that nothing moves when it comes; false where there is nothing to draw. */
function prepareFigure(figure: HTMLElement): boolean {
  const table = figure.querySelector("table");
  const rowCount = table?.tBodies[0]?.rows.length ?? 0;
  if (!rowCount && (table || !figure.dataset["src"])) return false;
  const content = [...figure.childNodes].filter((node) => !(node instanceof HTMLElement && node.matches("figcaption, .view-keep")));
  const title = table ? translate("table", rowCount) : translate("view.Turtle");
  const fold = h("details", { class: "view-data" }, h("summary", {}, title), ...content);
  const box = h("div", { class: "view-box waiting", "aria-busy": "true" }, h("p", { class: "visually-hidden", role: "status" }, translate("loading")));
  const caption = figure.querySelector(":scope > figcaption");
  if (caption && caption === figure.firstElementChild) caption.after(box, fold);
  else figure.prepend(box, fold);
  return true;
}

async function drawFigure(figure: HTMLElement): Promise<void> {
  const box = figure.querySelector<HTMLElement>(":scope > .view-box");
  const fold = figure.querySelector<HTMLDetailsElement>(":scope > .view-data");
  const name = figure.dataset["view"] ?? "";
  if (!box || !isDrawn(name)) return;
  try {
    await drawView(box, name, await dataOf(figure), figure.dataset["label"] ?? "");
  } catch (error) {
    box.remove();
    if (!fold) return;
    fold.open = true;
    const reason = error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
    fold.before(h("p", { class: "hint", role: "status" }, translate("drawing.failed", reason)));
  }
}

async function dataOf(figure: HTMLElement): Promise<Data> {
  const element = figure.querySelector("table");
  // Read before the request: once a reader sorts the table, its rows are no longer in the order of the answer.
  const page = element && fromMarkup(element);
  const address = figure.dataset["src"];
  if (address) {
    const data = await loadData(address);
    return "table" in data ? { table: withPage(data.table, page) } : data;
  }
  return { table: page ?? { columns: [], titles: {}, rows: [] } };
}
