/** Bars beside names: a list that reads like one, with the lengths drawn. */

import { h } from "../dom";
import type { Drawing, Stage } from "../page/figures";
import { mainColumn, numberOf, numericColumns, titleOf, wordsOf } from "../rdf/columns";
import type { Data } from "../rdf/fetch";
import { linkTo } from "../rdf/links";
import { number, say } from "../i18n";
import { measureSwitch } from "./measure";
import "./bars.css";

const FIRST = 25;

export function draw({ box, label }: Stage, data: Data): Drawing {
  if (!("table" in data)) throw new Error(say("cannot.table"));
  const { table } = data;
  const measures = numericColumns(table);
  const [first] = measures;
  const main = mainColumn(table);
  if (!first || !main) throw new Error(say("cannot.numbers"));
  // Rows that read alike need what tells them apart.
  const second = table.columns.find((name) => name !== main && table.rows.some((row) => row.cells[name]?.kind === "iri"));
  const names = table.rows.map((row) => wordsOf(row, main));
  const alike = new Set(names).size < names.length;
  const list = h("ol", { class: "bars", "aria-label": label });
  const frame = h("div", {});
  const bars = table.rows.map((row, index) => {
    const name = [names[index], alike && second ? wordsOf(row, second) : ""].filter(Boolean).join(" – ");
    const cell = row.cells[main];
    const href = row.href ?? (cell?.kind === "iri" ? linkTo(cell.value) : undefined);
    const bar = h("i", { class: "bar" });
    const value = h("span", { class: "bar-value" });
    const item = h("li", {},
      h("span", { class: "bar-name" }, href ? h("a", { href }, name) : name),
      h("span", { class: "bar-track" }, bar, value));
    item.hidden = index >= FIRST && table.rows.length > FIRST + 3;
    return { row, item, bar, value };
  });
  list.append(...bars.map(({ item }) => item));

  const measure = (column: string): void => {
    const values = table.rows.map((row) => numberOf(row.cells[column]) ?? 0);
    const most = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
    bars.forEach(({ bar, value }, index) => {
      const amount = values[index] ?? 0;
      bar.style.inlineSize = `calc((100% - 4rem) * ${Math.abs(amount) / most})`;
      bar.classList.toggle("negative", amount < 0);
      value.textContent = number(amount);
    });
  };
  measure(first);
  const choice = measureSwitch(table, measures, measure);
  if (choice) frame.append(choice);
  else frame.append(h("p", { class: "axis-title" }, titleOf(table, first)));
  frame.append(list);
  if (bars.some(({ item }) => item.hidden)) {
    const all = h("button", { type: "button", class: "quiet", click: () => {
      for (const { item } of bars) item.hidden = false;
      all.remove();
    } }, say("show.all", bars.length));
    frame.append(all);
  }
  box.append(frame);
  const highest = table.rows.toSorted((a, b) => (numberOf(b.cells[first]) ?? 0) - (numberOf(a.cells[first]) ?? 0)).slice(0, 3);
  return {
    summary: say("bars.summary", titleOf(table, first), table.rows.length,
      highest.map((row) => `${wordsOf(row, main)} (${number(numberOf(row.cells[first]) ?? 0)})`).join(", ")),
  };
}
