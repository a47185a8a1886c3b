/** What happened when: a bar for each row from its first date to its second, or a dot. */

import { h, s } from "../dom";
import { translate } from "../i18n";
import { dateColumns, detailsOf, mainColumn, textOf, timeOf } from "../rdf/columns";
import type { Data } from "../rdf/fetch";
import { linkOfRow } from "../rdf/links";
import { createAxis, drawBottomAxis } from "./axes";
import { addRovingFocus, createMark } from "./roving-focus";
import { Tooltip, tooltipContent } from "./tooltip";
import { createSvg, drawingWidth, requireTable, type Drawing, type Stage } from "./view";
import "./charts.css";

const ROW_PIXELS = 40;
const LETTER_PIXELS = 7;
const AXIS_PIXELS = 28;

export function draw({ box, label }: Stage, data: Data): Drawing {
  const table = requireTable(data);
  const [startColumn, endColumn] = dateColumns(table);
  const main = mainColumn(table);
  if (!startColumn || !main) throw new Error(translate("cannot.dates"));
  const events = table.rows.flatMap((row) => {
    const start = timeOf(row.cells[startColumn]);
    return start === null ? [] : [{ row, start, end: (endColumn ? timeOf(row.cells[endColumn]) : null) ?? start }];
  }).sort((a, b) => a.start - b.start || a.end - b.end);
  const [earliest] = events;
  if (!earliest) throw new Error(translate("cannot.no-date"));
  const svg = createSvg("chart timeline", label);
  const frame = h("div", { class: "drawing" }, svg);
  box.append(frame);
  const tooltip = new Tooltip(frame);

  let marks: SVGElement[] = [];
  const resetFocus = addRovingFocus(svg, () => marks);
  const resize = (): void => {
    const width = drawingWidth(box);
    const bottom = events.length * ROW_PIXELS + 4;
    const axis = createAxis(events.flatMap(({ start, end }) => [start, end]), 16, width - 24, true, 80);
    svg.setAttribute("viewBox", `0 0 ${width} ${bottom + AXIS_PIXELS}`);
    marks = events.map(({ row, start, end }, index) => {
      const [left, right, y] = [axis.toPixels(start), axis.toPixels(end), index * ROW_PIXELS + 28];
      const name = textOf(row, main);
      const mark = createMark(`${textOf(row, startColumn)}: ${name}`, linkOfRow(row, main),
        right - left > 2
          ? s("rect", { class: "spot c1", x: left, y: y - 5, width: right - left, height: 10, rx: 5 })
          : s("circle", { class: "spot c1", cx: left, cy: y, r: 5 }),
        s("text", { class: "event", x: Math.max(0, Math.min(left - 4, width - name.length * LETTER_PIXELS)), y: y - 12 }, name));
      tooltip.attach(mark, () => tooltipContent(name, detailsOf(table, row, main)));
      return mark;
    });
    svg.replaceChildren(drawBottomAxis(axis, bottom, 0), ...marks);
    resetFocus();
  };
  resize();
  const latest = events.reduce((a, b) => (b.end > a.end ? b : a));
  const latestColumn = endColumn && latest.end !== latest.start ? endColumn : startColumn;
  return { summary: translate("timeline.summary", events.length, textOf(earliest.row, startColumn), textOf(latest.row, latestColumn)), resize };
}
