/** Queries that the reader has saved in this browser, each under a name. */

import { h } from "../dom";
import { language, translate } from "../i18n";

const STORAGE_KEY = "clustergraph.queries";

export interface SavedQuery {
  name: string;
  query: string;
}

/** The saved queries; none where the browser stores nothing, or where something else is stored under the key. */
export function readSavedQueries(storage: Pick<Storage, "getItem">): SavedQuery[] {
  try {
    const stored: unknown = JSON.parse(storage.getItem(STORAGE_KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter(isSavedQuery) : [];
  } catch {
    return [];
  }
}

/** The list with a query added; it replaces one of the same name. */
export function addSavedQuery(list: readonly SavedQuery[], added: SavedQuery): SavedQuery[] {
  return [...list.filter(({ name }) => name !== added.name), added].sort((a, b) => a.name.localeCompare(b.name, language));
}

function isSavedQuery(value: unknown): value is SavedQuery {
  const candidate = value as Partial<SavedQuery> | null;
  return typeof candidate?.name === "string" && typeof candidate.query === "string";
}

/** The controls: a field for a name with a button that saves, and the list of the saved queries. */
export function createSavedQueries(getQuery: () => string, openQuery: (query: string) => void): { save: HTMLElement; list: HTMLElement } {
  const status = h("span", { class: "hint", role: "status" });
  const nameInput = h("input", { type: "text", "aria-label": translate("saved.name"), placeholder: translate("saved.name"), maxlength: 80 });
  const summary = h("summary", {});
  const body = h("div", {});
  const list = h("details", { class: "saved" }, summary, body);

  const store = (queries: SavedQuery[]): boolean => {
    try {
      localStorage.setItem(STORAGE_KEY, JSON.stringify(queries));
      return true;
    } catch {
      status.textContent = translate("saved.full");
      return false;
    }
  };
  const render = (): void => {
    const queries = readSavedQueries(localStorage);
    summary.textContent = translate("saved", queries.length);
    body.replaceChildren(queries.length
      ? h("ul", {}, ...queries.map((saved) => h("li", {},
          h("button", { type: "button", class: "link", click: () => openQuery(saved.query) }, saved.name),
          h("button", { type: "button", class: "quiet", "aria-label": translate("saved.delete", saved.name), title: translate("saved.delete", saved.name), click: () => {
            if (store(readSavedQueries(localStorage).filter((other) => other.name !== saved.name))) render();
            summary.focus();
          } }, "×"))))
      : h("p", { class: "hint" }, translate("saved.none")));
  };
  const save = (): void => {
    const chosenName = nameInput.value.trim();
    if (!chosenName) return nameInput.focus();
    if (!store(addSavedQuery(readSavedQueries(localStorage), { name: chosenName, query: getQuery() }))) return;
    status.textContent = translate("saved.done", chosenName);
    nameInput.value = "";
    render();
  };
  nameInput.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    // The field is in the form, where Enter would run the query.
    event.preventDefault();
    save();
  });
  render();
  return { save: h("span", { class: "save" }, nameInput, h("button", { type: "button", class: "quiet", click: save }, translate("saved.save")), status), list };
}
