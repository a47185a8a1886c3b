/** Forms that begin with the fields that are needed, and give more on demand. */

import { h } from "../dom";
import { say } from "../i18n";

/** Fold the fields marked `data-more` of `<form data-fields>` away; a button brings them back one by one. */
export function enhanceFields(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-fields]")) {
    const more = [...form.querySelectorAll<HTMLElement>("[data-more]")];
    if (!more.length) continue;
    for (const field of more) field.hidden = true;
    const button = h("button", { type: "button", class: "quiet more-fields" }, say("field.add"));
    button.addEventListener("click", () => {
      const field = more.shift();
      if (!field) return;
      field.hidden = false;
      field.querySelector<HTMLElement>("select, input")?.focus();
      if (!more.length) button.remove();
    });
    more.at(-1)?.after(button);
  }
}
