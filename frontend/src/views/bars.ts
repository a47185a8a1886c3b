/** Bars beside names: a list with lengths. */

import { h } from "../dom";
import { formatNumber, translate } from "../i18n";
import { mainColumn, numberOf, numericColumns, textOf, titleOf } from "../rdf/columns";
import type { Data } from "../rdf/fetch";
import { linkOfRow } from "../rdf/links";
import { measureSwitch } from "./measure";
import { describeHighest, requireTable, type Drawing, type Stage } from "./view";
import "./bars.css";

/** How many bars are shown before the reader asks for all. */
const MAX_FIRST_BARS = 25;
/** So many more are shown at once, as a button would take as much room. */
const MAX_EXTRA_BARS = 3;

export function draw({ box, label }: Stage, data: Data): Drawing {
  const table = requireTable(data);
  const measures = numericColumns(table);
  const [firstMeasure] = measures;
  const main = mainColumn(table);
  if (!firstMeasure || !main) throw new Error(translate("cannot.numbers"));
  const names = table.rows.map((row) => textOf(row, main));
  // Rows of the same name get a second name from another column.
  const distinguishing = new Set(names).size < names.length
    ? table.columns.find((name) => name !== main && table.rows.some((row) => row.cells[name]?.kind === "iri")) : undefined;
  const bars = table.rows.map((row, index) => {
    const name = [names[index], distinguishing ? textOf(row, distinguishing) : ""].filter(Boolean).join(" – ");
    const href = linkOfRow(row, main);
    const bar = h("i", { class: "bar" });
    const value = h("span", { class: "bar-value" });
    const item = h("li", {},
      h("span", { class: "bar-name" }, href ? h("a", { href }, name) : name),
      h("span", { class: "bar-track" }, bar, value));
    item.hidden = index >= MAX_FIRST_BARS && table.rows.length > MAX_FIRST_BARS + MAX_EXTRA_BARS;
    return { item, bar, value };
  });

  const showMeasure = (column: string): void => {
    const amounts = table.rows.map((row) => numberOf(row.cells[column]) ?? 0);
    const highest = Math.max(...amounts.map(Math.abs), Number.MIN_VALUE);
    bars.forEach(({ bar, value }, index) => {
      const amount = amounts[index] ?? 0;
      bar.style.inlineSize = `calc((100% - 4rem) * ${Math.abs(amount) / highest})`;
      bar.classList.toggle("negative", amount < 0);
      value.textContent = formatNumber(amount);
    });
  };
  showMeasure(firstMeasure);
  const frame = h("div", {},
    measureSwitch(table, measures, showMeasure) ?? h("p", { class: "axis-title" }, titleOf(table, firstMeasure)),
    h("ol", { class: "bars", "aria-label": label }, ...bars.map(({ item }) => item)));
  if (bars.some(({ item }) => item.hidden)) {
    const button = h("button", { type: "button", class: "quiet", click: () => {
      for (const { item } of bars) item.hidden = false;
      button.remove();
    } }, translate("show.all", bars.length));
    frame.append(button);
  }
  box.append(frame);
  const highest = describeHighest(table.rows, (row) => textOf(row, main), (row) => numberOf(row.cells[firstMeasure]) ?? 0);
  return { summary: translate("bars.summary", titleOf(table, firstMeasure), table.rows.length, highest) };
}
