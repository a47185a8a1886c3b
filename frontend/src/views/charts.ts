/** Points and lines over two axes. */

import { h, s } from "../dom";
import { translate } from "../i18n";
import { dateColumns, detailsOf, mainColumn, numberOf, numericColumns, textColumns, textOf, timeOf, titleOf } from "../rdf/columns";
import type { Data } from "../rdf/fetch";
import { linkOfRow } from "../rdf/links";
import type { Row, Table } from "../rdf/table";
import { createAxis, drawBottomAxis, drawLeftAxis } from "./axes";
import { addRovingFocus, createMark } from "./roving-focus";
import { Tooltip, tooltipContent } from "./tooltip";
import { createSvg, drawingWidth, requireTable, type Drawing, type Stage } from "./view";
import "./charts.css";

const MARGIN_PIXELS = { top: 28, right: 24, bottom: 44, left: 52 };
const MIN_HEIGHT_PIXELS = 240;
const MAX_HEIGHT_PIXELS = 420;
/** How many lines are told apart by color. */
const MAX_SERIES = 8;

interface Point {
  row: Row;
  x: number;
  y: number;
  series: number;
}

/** A number over a date or over another number; one line for each value of a column of names. */
export function drawLines(stage: Stage, data: Data): Drawing {
  const table = requireTable(data);
  const [date] = dateColumns(table);
  const numbers = numericColumns(table);
  return date
    ? drawPoints(stage, table, date, numbers[0], textColumns(table)[0])
    : drawPoints(stage, table, numbers[0], numbers[1], textColumns(table)[0]);
}

/** One number over another. */
export function drawScatter(stage: Stage, data: Data): Drawing {
  const table = requireTable(data);
  const [x, y] = numericColumns(table);
  return drawPoints(stage, table, x, y, undefined);
}

function drawPoints(
  { box, label }: Stage, table: Table, x: string | undefined, y: string | undefined, seriesColumn: string | undefined,
): Drawing {
  if (!x || !y) throw new Error(translate("cannot.axes"));
  const main = mainColumn(table) ?? x;
  const names = seriesColumn ? [...new Set(table.rows.map((row) => textOf(row, seriesColumn)))] : [];
  const hasSeries = seriesColumn !== undefined && names.length > 1 && names.length <= MAX_SERIES;
  const isTime = table.rows.some((row) => timeOf(row.cells[x]) !== null);
  const points = table.rows.flatMap((row): Point[] => {
    const [xValue, yValue] = [isTime ? timeOf(row.cells[x]) : numberOf(row.cells[x]), numberOf(row.cells[y])];
    return xValue === null || yValue === null ? []
      : [{ row, x: xValue, y: yValue, series: hasSeries ? names.indexOf(textOf(row, seriesColumn)) : 0 }];
  }).sort((a, b) => a.series - b.series || a.x - b.x);
  if (!points.length) throw new Error(translate("cannot.points"));
  const isJoined = seriesColumn !== undefined && (hasSeries || names.length === points.length || names.length <= 1);
  const svg = createSvg("chart", label);
  const frame = h("div", { class: "drawing" }, svg);
  if (hasSeries) box.append(h("ul", { class: "legend" }, ...names.map((name, index) =>
    h("li", {}, h("i", { class: `swatch c${index + 1}` }), name))));
  box.append(frame);
  const tooltip = new Tooltip(frame);

  let marks: SVGElement[] = [];
  const resetFocus = addRovingFocus(svg, () => marks);
  const resize = (): void => {
    const width = drawingWidth(box);
    const height = Math.round(Math.max(MIN_HEIGHT_PIXELS, Math.min(MAX_HEIGHT_PIXELS, width * 0.55)));
    const [right, bottom] = [width - MARGIN_PIXELS.right, height - MARGIN_PIXELS.bottom];
    const xAxis = createAxis(points.map((point) => point.x), MARGIN_PIXELS.left, right, isTime);
    const yAxis = createAxis(points.map((point) => point.y), bottom, MARGIN_PIXELS.top, false, 50);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const lines = (isJoined ? (hasSeries ? names : [""]) : []).map((_, series) => {
      const corners = points.filter((point) => point.series === series)
        .map((point) => `${xAxis.toPixels(point.x)},${yAxis.toPixels(point.y)}`);
      return s("path", { class: `line c${series + 1}`, d: `M${corners.join("L")}` });
    });
    marks = points.map((point) => {
      const { row, series } = point;
      const name = textOf(row, main);
      const mark = createMark(`${name}: ${textOf(row, x)}, ${textOf(row, y)}`, linkOfRow(row, main),
        s("circle", { class: `spot c${series + 1}`, cx: xAxis.toPixels(point.x), cy: yAxis.toPixels(point.y), r: 5 }));
      tooltip.attach(mark, () => tooltipContent(name, detailsOf(table, row, main)));
      return mark;
    });
    svg.replaceChildren(drawBottomAxis(xAxis, bottom, MARGIN_PIXELS.top), drawLeftAxis(yAxis, MARGIN_PIXELS.left, right),
      s("text", { class: "axis-title", x: right, y: height - 6, "text-anchor": "end" }, titleOf(table, x)),
      s("text", { class: "axis-title", x: 0, y: 14 }, titleOf(table, y)),
      ...lines, ...marks);
    resetFocus();
  };
  resize();
  return { summary: translate("chart.summary", points.length, titleOf(table, y), titleOf(table, x)), resize };
}
