/** Queries kept in this browser under a name. */

import { h } from "../dom";
import { language, say } from "../i18n";

const KEY = "clustergraph.queries";

export interface Saved {
  name: string;
  query: string;
}

/** What is kept, by name; nothing where the browser keeps nothing or something else wrote there. */
export function readSaved(storage: Pick<Storage, "getItem">): Saved[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isSaved) : [];
  } catch {
    return [];
  }
}

/** The list with a query added, in the place of one of the same name. */
export function withSaved(list: readonly Saved[], one: Saved): Saved[] {
  return [...list.filter(({ name }) => name !== one.name), one].sort((a, b) => a.name.localeCompare(b.name, language));
}

function isSaved(value: unknown): value is Saved {
  const one = value as Partial<Saved> | null;
  return typeof one?.name === "string" && typeof one.query === "string";
}

/** The controls: a name and a button to save under it, and the list of what is saved. */
export function savedQueries(current: () => string, use: (query: string) => void): { save: HTMLElement; list: HTMLElement } {
  const status = h("span", { class: "hint", role: "status" });
  const name = h("input", { type: "text", "aria-label": say("saved.name"), placeholder: say("saved.name"), maxlength: 80 });
  const summary = h("summary", {});
  const body = h("div", {});
  const list = h("details", { class: "saved" }, summary, body);

  const write = (next: Saved[]): boolean => {
    try {
      localStorage.setItem(KEY, JSON.stringify(next));
      return true;
    } catch {
      status.textContent = say("saved.full");
      return false;
    }
  };
  const render = (): void => {
    const kept = readSaved(localStorage);
    summary.textContent = say("saved", kept.length);
    body.replaceChildren(kept.length
      ? h("ul", {}, ...kept.map((one) => h("li", {},
          h("button", { type: "button", class: "link", click: () => use(one.query) }, one.name),
          h("button", { type: "button", class: "quiet", "aria-label": say("saved.delete", one.name), title: say("saved.delete", one.name), click: () => {
            if (write(readSaved(localStorage).filter((other) => other.name !== one.name))) render();
            summary.focus();
          } }, "×"))))
      : h("p", { class: "hint" }, say("saved.none")));
  };
  const save = (): void => {
    const chosen = name.value.trim();
    if (!chosen) return name.focus();
    if (!write(withSaved(readSaved(localStorage), { name: chosen, query: current() }))) return;
    status.textContent = say("saved.done", chosen);
    name.value = "";
    render();
  };
  name.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    // Enter here saves; it must not run the query.
    event.preventDefault();
    save();
  });
  render();
  return { save: h("span", { class: "save" }, name, h("button", { type: "button", class: "quiet", click: save }, say("saved.save")), status), list };
}
