/** The choice between several numbers that a table holds. */

import { freshId, h } from "../dom";
import { titleOf } from "../rdf/columns";
import type { Table } from "../rdf/table";
import { say } from "../i18n";

/** A switch between columns, or null where there is nothing to choose. The first is chosen. */
export function measureSwitch(table: Table, columns: string[], choose: (column: string) => void): HTMLElement | null {
  if (columns.length < 2) return null;
  const name = freshId("measure");
  const choices = columns.map((column, index) => {
    const input = h("input", { type: "radio", name, value: column, checked: index === 0, change: () => choose(column) });
    return h("label", {}, input, h("span", {}, titleOf(table, column)));
  });
  return h("fieldset", { class: "switch" }, h("legend", { class: "visually-hidden" }, say("measure")), ...choices);
}
