/** Forms that show only the fields that are needed at first; a button shows the others. */

import { h } from "../dom";
import { translate } from "../i18n";

/** Hide the fields marked `data-more` of `<form data-fields>`; a button shows them one by one. */
export function enhanceOptionalFields(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-fields]")) {
    const hiddenFields = [...form.querySelectorAll<HTMLElement>("[data-more]")];
    if (!hiddenFields.length) continue;
    for (const field of hiddenFields) field.hidden = true;
    const button = h("button", { type: "button", class: "quiet more-fields" }, translate("fields.add"));
    button.addEventListener("click", () => {
      const field = hiddenFields.shift();
      if (!field) return;
      field.hidden = false;
      field.querySelector<HTMLElement>("select, input")?.focus();
      if (!hiddenFields.length) button.remove();
    });
    hiddenFields.at(-1)?.after(button);
  }
}
