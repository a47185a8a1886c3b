/** The choice between the numeric columns of a table. */

import { freshId, h } from "../dom";
import { translate } from "../i18n";
import { titleOf } from "../rdf/columns";
import type { Table } from "../rdf/table";

/** A switch between columns, of which the first is chosen; null where there are fewer than two. */
export function measureSwitch(table: Table, columns: string[], onChoose: (column: string) => void): HTMLElement | null {
  if (columns.length < 2) return null;
  const name = freshId("measure");
  const choices = columns.map((column, index) => {
    const input = h("input", { type: "radio", name, value: column, checked: index === 0, change: () => onChoose(column) });
    return h("label", {}, input, h("span", {}, titleOf(table, column)));
  });
  return h("fieldset", { class: "switch" }, h("legend", { class: "visually-hidden" }, translate("measure")), ...choices);
}
