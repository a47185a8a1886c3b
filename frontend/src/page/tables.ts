/** Tables that sort by a column, and filter where they are long. */

import { h, debounced } from "../dom";
import { language, say } from "../i18n";
import { compareTexts, sortKey } from "./sorting";

const FILTER_FROM = 16;
const SORT_FROM = 3;

/** Enhance every table with a head in `root`, once. */
export function enhanceTables(root: ParentNode): void {
  for (const table of root.querySelectorAll<HTMLTableElement>("table:not([data-plain], [data-enhanced])")) {
    const body = table.tBodies[0];
    if (!table.tHead || !body || body.rows.length < SORT_FROM) continue;
    table.dataset["enhanced"] = "";
    sortable(table, body);
    if (body.rows.length >= FILTER_FROM) {
      filterable(table, body);
      scrollable(table);
    }
  }
}

function sortable(table: HTMLTableElement, body: HTMLTableSectionElement): void {
  const original = [...body.rows];
  const compare = compareTexts(language);
  const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
  headings.forEach((heading, index) => {
    const title = (heading.textContent ?? "").trim();
    if (!title || heading.colSpan > 1) return;
    const button = h("button", { type: "button", class: "sort", title: say("sort", title) });
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const turn = { ascending: "descending", descending: "none" }[heading.ariaSort ?? ""] ?? "ascending";
      for (const other of headings) other.removeAttribute("aria-sort");
      if (turn !== "none") heading.setAttribute("aria-sort", turn);
      body.append(...(turn === "none" ? original : sorted(original, index, turn === "descending", compare)));
    });
  });
}

function sorted(
  rows: HTMLTableRowElement[], column: number, falling: boolean, compare: ReturnType<typeof compareTexts>,
): HTMLTableRowElement[] {
  const keyed = rows.map((row) => ({ row, key: sortKey(row.cells[column]?.textContent ?? "", language) }));
  // What is empty stays at the end either way.
  keyed.sort((a, b) => Number(a.key === null) - Number(b.key === null) || (falling ? -1 : 1) * compare(a.key, b.key));
  return keyed.map(({ row }) => row);
}

function filterable(table: HTMLTableElement, body: HTMLTableSectionElement): void {
  const rows = [...body.rows];
  const texts = rows.map((row) => (row.textContent ?? "").toLocaleLowerCase(language));
  const count = h("span", { class: "filter-count", role: "status" });
  const input = h("input", { type: "search", placeholder: say("filter"), "aria-label": say("filter"), autocomplete: "off" });
  const narrow = debounced(80, () => {
    const wanted = input.value.toLocaleLowerCase(language).split(/\s+/).filter(Boolean);
    let left = 0;
    rows.forEach((row, index) => {
      const matches = wanted.every((word) => texts[index]?.includes(word));
      row.hidden = !matches;
      left += Number(matches);
    });
    count.textContent = !wanted.length ? "" : left ? say("filter.left", left, rows.length) : say("filter.empty");
  });
  input.addEventListener("input", narrow);
  (table.closest(".scroll") ?? table).before(h("div", { class: "table-filter" }, input, count));
}

/** A long table scrolls in a box of its own, under a head that stays. */
function scrollable(table: HTMLTableElement): void {
  let box = table.closest<HTMLElement>(".scroll");
  if (!box) {
    const name = table.caption?.textContent?.trim() || table.closest<HTMLElement>("[data-label]")?.dataset["label"];
    box = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": name ?? say("view.Table") });
    table.before(box);
    box.append(table);
  }
  box.classList.add("long");
}
