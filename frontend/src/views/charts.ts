/** Points and lines over two axes. */

import { h, s } from "../dom";
import type { Drawing, Stage } from "../page/figures";
import { dateColumns, detailsOf, mainColumn, numberOf, numericColumns, textColumns, timeOf, titleOf, wordsOf } from "../rdf/columns";
import type { Data } from "../rdf/fetch";
import { linkTo } from "../rdf/links";
import type { Row, Table } from "../rdf/table";
import { say } from "../i18n";
import { axis, bottom, side } from "./axes";
import { mark, rove } from "./roving-focus";
import { Tip, tipWords } from "./tooltip";
import "./charts.css";

const MARGIN = { top: 28, right: 24, bottom: 44, left: 52 };
const SERIES = 8;

interface Point {
  row: Row;
  x: number;
  y: number;
  series: number;
}

/** A number over a date or another number; one line for each value of a column of names. */
export function lines(stage: Stage, data: Data): Drawing {
  const table = tableOf(data);
  const [date] = dateColumns(table);
  const numbers = numericColumns(table);
  const x = date ?? numbers[0];
  const y = date ? numbers[0] : numbers[1];
  return plot(stage, table, x, y, textColumns(table)[0]);
}

/** One number against another. */
export function scatter(stage: Stage, data: Data): Drawing {
  const table = tableOf(data);
  const [x, y] = numericColumns(table);
  return plot(stage, table, x, y, undefined);
}

function tableOf(data: Data): Table {
  if (!("table" in data)) throw new Error(say("cannot.table"));
  return data.table;
}

function plot({ box, label }: Stage, table: Table, x: string | undefined, y: string | undefined, by: string | undefined): Drawing {
  if (!x || !y) throw new Error(say("cannot.axes"));
  const main = mainColumn(table) ?? x;
  const names = by ? [...new Set(table.rows.map((row) => wordsOf(row, by)))] : [];
  const split = by !== undefined && names.length > 1 && names.length <= SERIES;
  const time = table.rows.some((row) => timeOf(row.cells[x]) !== null);
  const points = table.rows.flatMap((row): Point[] => {
    const [across, up] = [time ? timeOf(row.cells[x]) : numberOf(row.cells[x]), numberOf(row.cells[y])];
    return across === null || up === null ? [] : [{ row, x: across, y: up, series: split ? names.indexOf(wordsOf(row, by)) : 0 }];
  });
  if (!points.length) throw new Error(say("cannot.points"));
  const joined = by !== undefined && (split || names.length === points.length || names.length <= 1);
  const svg = s("svg", { class: "chart", role: "group", "aria-label": `${label}. ${say("keys")}` });
  const frame = h("div", { class: "drawing" }, svg);
  if (split) box.append(h("ul", { class: "legend" }, ...names.map((name, index) =>
    h("li", {}, h("i", { class: `swatch c${index + 1}` }), name))));
  box.append(frame);
  const tip = new Tip(frame);

  let marks: SVGElement[] = [];
  const roved = rove(svg, () => marks);
  const resize = (): void => {
    const width = Math.max(260, box.clientWidth);
    const height = Math.round(Math.max(240, Math.min(420, width * 0.55)));
    const [right, base] = [width - MARGIN.right, height - MARGIN.bottom];
    const across = axis(points.map((point) => point.x), MARGIN.left, right, time);
    const up = axis(points.map((point) => point.y), base, MARGIN.top, false, 50);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const paths = joined ? (split ? names : [""]).map((_, series) => {
      const line = points.filter((point) => point.series === series).sort((a, b) => a.x - b.x);
      return s("path", { class: `line c${series + 1}`, d: `M${line.map((point) => `${across.to(point.x)},${up.to(point.y)}`).join("L")}` });
    }) : [];
    marks = [...points].sort((a, b) => a.series - b.series || a.x - b.x).map((point) => {
      const { row, series } = point;
      const name = wordsOf(row, main);
      const cell = row.cells[main];
      const made = mark(`${name}: ${wordsOf(row, x)}, ${wordsOf(row, y)}`,
        row.href ?? (cell?.kind === "iri" ? linkTo(cell.value) : undefined),
        s("circle", { class: `spot c${series + 1}`, cx: across.to(point.x), cy: up.to(point.y), r: 5 }));
      tip.on(made, () => tipWords(name, detailsOf(table, row, main)));
      return made;
    });
    svg.replaceChildren(bottom(across, base, MARGIN.top), side(up, MARGIN.left, right),
      s("text", { class: "axis-title", x: right, y: height - 6, "text-anchor": "end" }, titleOf(table, x)),
      s("text", { class: "axis-title", x: 0, y: 14 }, titleOf(table, y)),
      ...paths, ...marks);
    roved();
  };
  resize();
  return { summary: say("chart.summary", points.length, titleOf(table, y), titleOf(table, x)), resize };
}
