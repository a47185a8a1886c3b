/** Suggestions under a search box: the editable combobox with list autocomplete of the ARIA Authoring Practices. */

import { debounced, freshId, h } from "../dom";
import { wordsOf } from "../rdf/columns";
import { ask } from "../rdf/fetch";
import { linkTo } from "../rdf/links";
import { fromResults, type JsonResults, type Table } from "../rdf/table";
import { say } from "../i18n";

const MOST = 8;
const SHORTEST = 2;
const WAIT = 180;
const KINDS = ["kind", "class", "type"];

export interface Suggestion {
  label: string;
  kind: string;
  href: string;
}

/** What a result suggests: its first IRI column, with that column's labels, and the kind where a column says it. */
export function suggestionsIn(table: Table, base: string): Suggestion[] {
  const column = table.columns.find((name) => table.rows.some((row) => row.cells[name]?.kind === "iri"));
  if (!column) return [];
  const kind = KINDS.find((name) => name !== column && table.columns.some((one) => one === name || one === `${name}Label`));
  const seen = new Set<string>();
  return table.rows.flatMap((row) => {
    const iri = row.cells[column]?.value;
    const href = iri && linkTo(iri, base);
    if (!href || seen.has(href)) return [];
    seen.add(href);
    return [{ label: wordsOf(row, column), kind: kind ? wordsOf(row, kind) : "", href }];
  });
}

/** Give every `<input data-suggest="prefix">` suggestions from the address that is the prefix and what is typed. */
export function enhanceSearch(root: ParentNode): void {
  for (const input of root.querySelectorAll<HTMLInputElement>("input[data-suggest]")) combobox(input);
}

function combobox(input: HTMLInputElement): void {
  const prefix = input.dataset["suggest"] ?? "";
  const list = h("ul", { id: freshId("suggestions"), role: "listbox", class: "suggestions", "aria-label": say("suggestions"), hidden: true });
  const status = h("span", { class: "visually-hidden", role: "status" });
  const frame = h("span", { class: "combobox" });
  input.before(frame);
  frame.append(input, list, status);
  for (const [name, value] of Object.entries({
    role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);
  input.removeAttribute("list");

  let shown: Suggestion[] = [];
  let active = -1;
  let current: AbortController | undefined;

  const close = (): void => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const point = (to: number): void => {
    active = to;
    [...list.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === to)));
    const option = list.children[to];
    if (option) {
      input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const open = (): void => {
    list.replaceChildren(...shown.map(({ label, kind, href }) =>
      h("li", { id: freshId("suggestion"), role: "option", "aria-selected": "false", click: () => location.assign(href) },
        h("span", {}, label), kind ? h("span", { class: "kind" }, kind) : null)));
    active = -1;
    list.hidden = !shown.length;
    input.setAttribute("aria-expanded", String(shown.length > 0));
    const words = shown.length === 1 ? say("suggestions.one") : say("suggestions.many", shown.length);
    status.textContent = shown.length ? words : say("suggestions.none");
  };
  const look = debounced(WAIT, async () => {
    const text = input.value.trim();
    current?.abort();
    if (text.length < SHORTEST) return close();
    current = new AbortController();
    try {
      const response = await ask(prefix + encodeURIComponent(text), {
        signal: current.signal, headers: { Accept: "application/sparql-results+json" },
      });
      const table = fromResults((await response.json()) as JsonResults);
      shown = suggestionsIn(table, document.documentElement.dataset["base"] ?? "").slice(0, MOST);
      // Whoever has gone on meanwhile is not held up by a list.
      if (document.activeElement === input) open();
    } catch {
      // Suggestions are an extra: without them the form still searches.
      close();
    }
  });

  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    const chosen = shown[active];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!shown.length) return;
      if (list.hidden) open();
      const step = event.key === "ArrowDown" ? 1 : -1;
      point(active < 0 && step < 0 ? shown.length - 1 : ((active + step + 1 + shown.length + 1) % (shown.length + 1)) - 1);
      event.preventDefault();
    } else if (event.key === "Enter" && !list.hidden && chosen) {
      event.preventDefault();
      location.assign(chosen.href);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
  // Pressing on an option must not take the focus, or the list would close under the pointer.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  input.addEventListener("blur", close);
}
