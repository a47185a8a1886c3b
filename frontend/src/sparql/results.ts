/** The result of a query: a table, a truth value or triples, with the views that it can be shown in. */

import { freshId, h } from "../dom";
import { translate } from "../i18n";
import { copyButton } from "../page/copy-button";
import { enhanceTables } from "../page/tables";
import { numberOf, viewsFor, type ViewName } from "../rdf/columns";
import type { Data } from "../rdf/fetch";
import { linkTo } from "../rdf/links";
import type { Cell, Table } from "../rdf/table";
import { drawView, isDrawn, type DrawnView } from "../views/draw-view";

/** How much of a result the page shows; browsers get slow with more. */
const MAX_ROWS = 1000;
const MAX_TURTLE_CHARACTERS = 200_000;

interface Tab {
  name: ViewName | "Turtle";
  fill: (panel: HTMLElement) => void | Promise<void>;
}

/** The table of a SELECT, with its other views. `first` is the name of the view that is shown first. */
export function tableResult(table: Table, first: string | undefined): HTMLElement {
  if (!table.rows.length) return h("p", { class: "empty" }, translate("no.rows"));
  return createTabs(viewsFor(table).map((name) => ({
    name,
    fill: (panel) => (isDrawn(name) ? drawPanel(panel, name, { table }) : fillTable(panel, table)),
  })), first);
}

/** The triples of a CONSTRUCT or DESCRIBE as Turtle; `loadTriples` requests them once more for the network. */
export function graphResult(answer: string, loadTriples: () => Promise<Data>, first: string | undefined): HTMLElement {
  const turtle = removeUnusedPrefixes(answer);
  if (!/^(?!\s*(@?prefix|@?base)\b)\s*\S/im.test(turtle)) return h("p", { class: "empty" }, translate("no.triples"));
  return createTabs([
    { name: "Turtle", fill: (panel) => {
      const block = h("pre", { class: "tall", tabindex: 0, role: "region", "aria-label": translate("view.Turtle") }, turtle.slice(0, MAX_TURTLE_CHARACTERS));
      panel.append(h("div", { class: "copyable" }, block, copyButton(() => turtle)));
      if (turtle.length > MAX_TURTLE_CHARACTERS) panel.append(h("p", { class: "hint" }, translate("cut.text")));
    } },
    { name: "Graph", fill: async (panel) => drawPanel(panel, "Graph", await loadTriples()) },
  ], first);
}

/** Turtle without the declarations of prefixes that it does not use: the service declares all that it knows. */
export function removeUnusedPrefixes(turtle: string): string {
  const declaration = /^@prefix\s+([\w.-]*:)\s*<[^>]*>\s*\.\s*\n?/gm;
  const body = turtle.replace(declaration, "");
  return turtle.replace(declaration, (line, prefix: string) => (body.includes(prefix) ? line : ""));
}

/** The answer to an ASK. */
export function truthResult(value: boolean): HTMLElement {
  return h("p", { class: "truth" }, translate(value ? "yes" : "no"));
}

async function drawPanel(panel: HTMLElement, name: DrawnView, data: Data): Promise<void> {
  const box = h("div", { class: "view-box waiting" });
  panel.append(box);
  try {
    await drawView(box, name, data, translate(`view.${name}`));
  } catch (error) {
    box.replaceWith(h("p", { class: "empty" }, translate("drawing.failed", error instanceof Error ? error.message : String(error))));
  }
}

function fillTable(panel: HTMLElement, table: Table): void {
  const numeric = new Set(table.columns.filter((name) => table.rows.every(({ cells }) => !cells[name] || numberOf(cells[name]) !== null)));
  const body = h("tbody", {}, ...table.rows.slice(0, MAX_ROWS).map(({ cells }) =>
    h("tr", {}, ...table.columns.map((name) => h("td", { class: numeric.has(name) ? "number" : null }, createCell(cells[name]))))));
  const head = h("thead", {}, h("tr", {}, ...table.columns.map((name) =>
    h("th", { scope: "col", class: numeric.has(name) ? "number" : null }, name))));
  panel.append(h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": translate("result") }, h("table", {}, head, body)));
  if (table.rows.length > MAX_ROWS) panel.append(h("p", { class: "hint" }, translate("cut", MAX_ROWS)));
  enhanceTables(panel);
}

function createCell(cell: Cell | undefined): Node | null {
  if (!cell) return null;
  if (cell.kind === "iri") {
    const href = linkTo(cell.value);
    return href ? h("a", { href }, cell.value) : h("span", {}, cell.value);
  }
  return h("span", { lang: cell.language, title: cell.datatype }, cell.value);
}

/** Tabs as in the ARIA Authoring Practices. A panel is filled when it is first shown. */
function createTabs(tabs: Tab[], first: string | undefined): HTMLElement {
  const filledIndexes = new Set<number>();
  const buttons: HTMLButtonElement[] = [];
  const panels = tabs.map(() => h("div", { role: "tabpanel", id: freshId("panel"), hidden: true }));
  const select = (index: number, moveFocus: boolean): void => {
    buttons.forEach((button, other) => {
      button.setAttribute("aria-selected", String(other === index));
      button.tabIndex = other === index ? 0 : -1;
      const panel = panels[other];
      if (panel) panel.hidden = other !== index;
    });
    if (moveFocus) buttons[index]?.focus();
    const panel = panels[index];
    if (!panel || filledIndexes.has(index)) return;
    filledIndexes.add(index);
    void tabs[index]?.fill(panel);
  };
  tabs.forEach(({ name }, index) => {
    const panel = panels[index];
    const button = h("button", { type: "button", role: "tab", id: freshId("tab"), "aria-controls": panel?.id ?? null, click: () => select(index, false) }, translate(`view.${name}`));
    panel?.setAttribute("aria-labelledby", button.id);
    button.addEventListener("keydown", (event) => {
      const target = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: tabs.length - 1 }[event.key];
      if (target === undefined) return;
      event.preventDefault();
      select((target + tabs.length) % tabs.length, true);
    });
    buttons.push(button);
  });
  const frame = h("div", { class: "result-views" }, h("div", { role: "tablist", "aria-label": translate("views") }, ...buttons), ...panels);
  // A drawing measures its width, for which it must be on the page.
  queueMicrotask(() => select(Math.max(0, tabs.findIndex(({ name }) => name === first)), false));
  return frame;
}

/** The number of rows, the time that the service took, and the downloads. */
export function resultHead(rowCount: number | null, milliseconds: number | null, downloads: [string, string][]): HTMLElement {
  const facts = [rowCount === null ? "" : translate(rowCount === 1 ? "row" : "rows", rowCount), milliseconds === null ? "" : translate("took", Math.round(milliseconds * 10) / 10)];
  const links = downloads.flatMap(([label, href], index) => [index ? " · " : ` ${translate("download")} `, h("a", { href }, label)]);
  return h("p", { class: "count" }, h("span", { role: "status" }, facts.filter(Boolean).join(" · ")), h("span", { class: "downloads" }, ...links));
}
