/** Tables that sort by a column, and have a filter where they are long. */

import { debounced, h } from "../dom";
import { language, translate } from "../i18n";
import { sortKey, sortKeyComparator } from "./sorting";

const MIN_ROWS_TO_SORT = 3;
const MIN_ROWS_TO_FILTER = 16;
const FILTER_DELAY_MILLISECONDS = 80;

/** Enhance every table with a head in `root`, once. */
export function enhanceTables(root: ParentNode): void {
  for (const table of root.querySelectorAll<HTMLTableElement>("table:not([data-plain], [data-enhanced])")) {
    const body = table.tBodies[0];
    if (!table.tHead || !body || body.rows.length < MIN_ROWS_TO_SORT) continue;
    table.dataset["enhanced"] = "";
    addSorting(table, body);
    if (body.rows.length >= MIN_ROWS_TO_FILTER) {
      addFilter(table, body);
      addScrolling(table);
    }
  }
}

function addSorting(table: HTMLTableElement, body: HTMLTableSectionElement): void {
  const originalRows = [...body.rows];
  const compare = sortKeyComparator(language);
  const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
  headings.forEach((heading, column) => {
    const title = (heading.textContent ?? "").trim();
    if (!title || heading.colSpan > 1) return;
    const button = h("button", { type: "button", class: "sort", title: translate("sort", title) });
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const order = { ascending: "descending", descending: "none" }[heading.ariaSort ?? ""] ?? "ascending";
      for (const other of headings) other.removeAttribute("aria-sort");
      if (order !== "none") heading.setAttribute("aria-sort", order);
      body.append(...(order === "none" ? originalRows : sortRows(originalRows, column, order === "descending", compare)));
    });
  });
}

function sortRows(
  rows: HTMLTableRowElement[], column: number, descending: boolean, compare: ReturnType<typeof sortKeyComparator>,
): HTMLTableRowElement[] {
  const keyedRows = rows.map((row) => ({ row, key: sortKey(row.cells[column]?.textContent ?? "", language) }));
  // Empty cells stay at the end in both orders.
  keyedRows.sort((a, b) => Number(a.key === null) - Number(b.key === null) || (descending ? -1 : 1) * compare(a.key, b.key));
  return keyedRows.map(({ row }) => row);
}

function addFilter(table: HTMLTableElement, body: HTMLTableSectionElement): void {
  const rows = [...body.rows];
  const rowTexts = rows.map((row) => (row.textContent ?? "").toLocaleLowerCase(language));
  const status = h("span", { class: "filter-count", role: "status" });
  const input = h("input", { type: "search", placeholder: translate("filter"), "aria-label": translate("filter"), autocomplete: "off" });
  const filterRows = debounced(FILTER_DELAY_MILLISECONDS, () => {
    const words = input.value.toLocaleLowerCase(language).split(/\s+/).filter(Boolean);
    let matchCount = 0;
    rows.forEach((row, index) => {
      const matches = words.every((word) => rowTexts[index]?.includes(word));
      row.hidden = !matches;
      matchCount += Number(matches);
    });
    if (!words.length) status.textContent = "";
    else status.textContent = matchCount ? translate("filter.left", matchCount, rows.length) : translate("filter.empty");
  });
  input.addEventListener("input", filterRows);
  (table.closest(".scroll") ?? table).before(h("div", { class: "table-filter" }, input, status));
}

/** Let a long table scroll in a box of its own, under a head that stays. */
function addScrolling(table: HTMLTableElement): void {
  let box = table.closest<HTMLElement>(".scroll");
  if (!box) {
    const name = table.caption?.textContent?.trim() || table.closest<HTMLElement>("[data-label]")?.dataset["label"];
    box = h("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": name ?? translate("view.Table") });
    table.before(box);
    box.append(table);
  }
  box.classList.add("long");
}
