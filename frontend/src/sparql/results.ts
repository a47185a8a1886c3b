/** What a query gave: a table, a truth value or triples, with the views that suit it. */

import { freshId, h } from "../dom";
import { copyButton } from "../page/copy-button";
import { isDrawn, show } from "../page/figures";
import { enhanceTables } from "../page/tables";
import { numberOf, viewsFor } from "../rdf/columns";
import type { Data } from "../rdf/fetch";
import { linkTo } from "../rdf/links";
import type { Cell, Table } from "../rdf/table";
import { rowCount, say, type Word } from "../i18n";

const MOST_ROWS = 1000;
const MOST_LETTERS = 200_000;

interface Tab {
  name: string;
  fill: (panel: HTMLElement) => void | Promise<void>;
}

/** The table of a SELECT, with its other views. `first` names the one to begin with. */
export function tableResult(table: Table, first: string | undefined): HTMLElement {
  if (!table.rows.length) return h("p", { class: "empty" }, say("no.rows"));
  return tabs(viewsFor(table).map((name) => ({
    name,
    fill: (panel) => (isDrawn(name) ? draw(panel, name, { table }) : markup(panel, table)),
  })), first);
}

/** The triples of a CONSTRUCT or DESCRIBE; `triples` fetches them once more for the network. */
export function graphResult(whole: string, triples: () => Promise<Data>, first: string | undefined): HTMLElement {
  const turtle = usedPrefixes(whole);
  if (!/^(?!\s*(@?prefix|@?base)\b)\s*\S/im.test(turtle)) return h("p", { class: "empty" }, say("no.triples"));
  return tabs([
    { name: "Turtle", fill: (panel) => {
      const text = h("pre", { class: "tall", tabindex: 0, role: "region", "aria-label": say("view.Turtle") }, turtle.slice(0, MOST_LETTERS));
      panel.append(h("div", { class: "copyable" }, text, copyButton(() => turtle)));
      if (turtle.length > MOST_LETTERS) panel.append(h("p", { class: "hint" }, say("cut.text")));
    } },
    { name: "Graph", fill: async (panel) => draw(panel, "Graph", await triples()) },
  ], first);
}

/** Turtle without the prefixes that nothing in it uses: the service declares all it knows. */
export function usedPrefixes(turtle: string): string {
  const declaration = /^@prefix\s+([\w.-]*:)\s*<[^>]*>\s*\.\s*\n?/gm;
  const body = turtle.replace(declaration, "");
  return turtle.replace(declaration, (line, prefix: string) => (body.includes(prefix) ? line : ""));
}

/** The answer to an ASK. */
export function truthResult(value: boolean): HTMLElement {
  return h("p", { class: "truth" }, say(value ? "yes" : "no"));
}

async function draw(panel: HTMLElement, name: Parameters<typeof show>[1], data: Data): Promise<void> {
  const box = h("div", { class: "view-box waiting" });
  panel.append(box);
  try {
    await show(box, name, data, say(`view.${name}` as Word));
  } catch (error) {
    box.replaceWith(h("p", { class: "empty" }, say("drawing.failed", error instanceof Error ? error.message : String(error))));
  }
}

function markup(panel: HTMLElement, table: Table): void {
  const numeric = new Set(table.columns.filter((name) => table.rows.every(({ cells }) => !cells[name] || numberOf(cells[name]) !== null)));
  const body = h("tbody", {}, ...table.rows.slice(0, MOST_ROWS).map(({ cells }) =>
    h("tr", {}, ...table.columns.map((name) => h("td", { class: numeric.has(name) ? "number" : null }, cellMarkup(cells[name]))))));
  const head = h("thead", {}, h("tr", {}, ...table.columns.map((name) =>
    h("th", { scope: "col", class: numeric.has(name) ? "number" : null }, name))));
  panel.append(h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": say("result") }, h("table", {}, head, body)));
  if (table.rows.length > MOST_ROWS) panel.append(h("p", { class: "hint" }, say("cut", MOST_ROWS)));
  enhanceTables(panel);
}

function cellMarkup(cell: Cell | undefined): Node | null {
  if (!cell) return null;
  if (cell.kind === "iri") {
    const href = linkTo(cell.value);
    return href ? h("a", { href }, cell.value) : h("span", {}, cell.value);
  }
  return h("span", { lang: cell.language, title: cell.datatype }, cell.value);
}

/** Tabs as in the ARIA Authoring Practices; a panel is filled when it is first shown. */
function tabs(list: Tab[], first: string | undefined): HTMLElement {
  const filled = new Set<number>();
  const buttons: HTMLButtonElement[] = [];
  const panels = list.map(() => h("div", { role: "tabpanel", id: freshId("panel"), hidden: true }));
  const choose = (index: number, focus: boolean): void => {
    buttons.forEach((button, other) => {
      button.setAttribute("aria-selected", String(other === index));
      button.tabIndex = other === index ? 0 : -1;
      const panel = panels[other];
      if (panel) panel.hidden = other !== index;
    });
    if (focus) buttons[index]?.focus();
    const panel = panels[index];
    if (!panel || filled.has(index)) return;
    filled.add(index);
    void list[index]?.fill(panel);
  };
  list.forEach(({ name }, index) => {
    const panel = panels[index];
    const button = h("button", { type: "button", role: "tab", id: freshId("tab"), "aria-controls": panel?.id ?? null, click: () => choose(index, false) }, say(`view.${name}` as Word));
    panel?.setAttribute("aria-labelledby", button.id);
    button.addEventListener("keydown", (event) => {
      const to = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: list.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      choose((to + list.length) % list.length, true);
    });
    buttons.push(button);
  });
  const frame = h("div", { class: "result-views" }, h("div", { role: "tablist", "aria-label": say("views") }, ...buttons), ...panels);
  // A drawing needs to know how wide it is, which it does once it is on the page.
  queueMicrotask(() => choose(Math.max(0, list.findIndex(({ name }) => name === first)), false));
  return frame;
}

/** How much came back, how long the service took for it, and where it is to be had as data. */
export function resultHead(rows: number | null, milliseconds: number | null, downloads: [string, string][]): HTMLElement {
  const facts = [rows === null ? "" : rowCount(rows), milliseconds === null ? "" : say("took", Math.round(milliseconds * 10) / 10)];
  const links = downloads.flatMap(([label, href], index) => [index ? " · " : ` ${say("download")} `, h("a", { href }, label)]);
  return h("p", { class: "count" }, h("span", { role: "status" }, facts.filter(Boolean).join(" · ")), h("span", { class: "downloads" }, ...links));
}
