/** Suggestions under a search box: the editable combobox with list autocomplete of the ARIA Authoring Practices. */

import { debounced, freshId, h } from "../dom";
import { translate } from "../i18n";
import { textOf } from "../rdf/columns";
import { request } from "../rdf/fetch";
import { baseOf, linkTo } from "../rdf/links";
import { fromResults, type JsonResults, type Table } from "../rdf/table";

const MAX_SUGGESTIONS = 8;
const MIN_TEXT_LENGTH = 2;
const TYPING_DELAY_MILLISECONDS = 180;
/** Columns that may say what kind of thing a row is. */
const KIND_COLUMNS = ["kind", "class", "type"];

export interface Suggestion {
  label: string;
  kind: string;
  href: string;
}

/** The suggestions in a result: the IRIs of its first column that has any, with their labels, and the kind where a column has it. */
export function suggestionsIn(table: Table, base: string): Suggestion[] {
  const column = table.columns.find((name) => table.rows.some((row) => row.cells[name]?.kind === "iri"));
  if (!column) return [];
  const kindColumn = KIND_COLUMNS.find((name) => name !== column && table.columns.some((other) => other === name || other === `${name}Label`));
  const seen = new Set<string>();
  return table.rows.flatMap((row) => {
    const iri = row.cells[column]?.value;
    const href = iri && linkTo(iri, base);
    if (!href || seen.has(href)) return [];
    seen.add(href);
    return [{ label: textOf(row, column), kind: kindColumn ? textOf(row, kindColumn) : "", href }];
  });
}

/** Give every `<input data-suggest="prefix">` suggestions, from the address that is the prefix and the typed text. */
export function enhanceSearch(root: ParentNode): void {
  for (const input of root.querySelectorAll<HTMLInputElement>("input[data-suggest]")) addSuggestions(input);
}

function addSuggestions(input: HTMLInputElement): void {
  const prefix = input.dataset["suggest"] ?? "";
  const list = h("ul", { id: freshId("suggestions"), role: "listbox", class: "suggestions", "aria-label": translate("suggestions"), hidden: true });
  const status = h("span", { class: "visually-hidden", role: "status" });
  const frame = h("span", { class: "combobox" });
  input.before(frame);
  frame.append(input, list, status);
  for (const [name, value] of Object.entries({
    role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);
  input.removeAttribute("list");

  let suggestions: Suggestion[] = [];
  let activeIndex = -1;
  let pending: AbortController | undefined;

  const close = (): void => {
    list.hidden = true;
    activeIndex = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const activate = (index: number): void => {
    activeIndex = index;
    [...list.children].forEach((option, other) => option.setAttribute("aria-selected", String(other === index)));
    const option = list.children[index];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const open = (): void => {
    list.replaceChildren(...suggestions.map(({ label, kind, href }) =>
      h("li", { id: freshId("suggestion"), role: "option", "aria-selected": "false", click: () => location.assign(href) },
        h("span", {}, label), kind ? h("span", { class: "kind" }, kind) : null)));
    activeIndex = -1;
    const count = suggestions.length;
    list.hidden = !count;
    input.setAttribute("aria-expanded", String(count > 0));
    status.textContent = translate(count === 0 ? "suggestions.none" : count === 1 ? "suggestions.one" : "suggestions.many", count);
  };
  const update = debounced(TYPING_DELAY_MILLISECONDS, async () => {
    const text = input.value.trim();
    pending?.abort();
    if (text.length < MIN_TEXT_LENGTH) return close();
    pending = new AbortController();
    try {
      const response = await request(prefix + encodeURIComponent(text), {
        signal: pending.signal, headers: { Accept: "application/sparql-results+json" },
      });
      const table = fromResults((await response.json()) as JsonResults);
      suggestions = suggestionsIn(table, baseOf()).slice(0, MAX_SUGGESTIONS);
      // The reader may have left the field while the answer was on its way.
      if (document.activeElement === input) open();
    } catch {
      // The form still searches without suggestions.
      close();
    }
  });

  input.addEventListener("input", update);
  input.addEventListener("keydown", (event) => {
    const active = suggestions[activeIndex];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!suggestions.length) return;
      if (list.hidden) open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      // Before the first suggestion and after the last one, no suggestion is active: one place more than there are suggestions.
      const places = suggestions.length + 1;
      activate(activeIndex < 0 && step < 0 ? suggestions.length - 1 : ((activeIndex + step + 1 + places) % places) - 1);
      event.preventDefault();
    } else if (event.key === "Enter" && !list.hidden && active) {
      event.preventDefault();
      location.assign(active.href);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  // A pressed option must not take the focus, or the list would close under the pointer.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  input.addEventListener("blur", close);
}
