/** What happened when: a line for each row, from its first date to its second, or a spot. */

import { h, s } from "../dom";
import type { Drawing, Stage } from "../page/figures";
import { dateColumns, detailsOf, mainColumn, timeOf, wordsOf } from "../rdf/columns";
import type { Data } from "../rdf/fetch";
import { linkTo } from "../rdf/links";
import { say } from "../i18n";
import { axis, bottom } from "./axes";
import { mark, rove } from "./roving-focus";
import { Tip, tipWords } from "./tooltip";
import "./charts.css";

const LINE = 40;
const LETTER = 7;
const FOOT = 28;

export function draw({ box, label }: Stage, data: Data): Drawing {
  if (!("table" in data)) throw new Error(say("cannot.table"));
  const { table } = data;
  const [start, end] = dateColumns(table);
  const main = mainColumn(table);
  if (!start || !main) throw new Error(say("cannot.dates"));
  const events = table.rows.flatMap((row) => {
    const from = timeOf(row.cells[start]);
    return from === null ? [] : [{ row, from, to: (end ? timeOf(row.cells[end]) : null) ?? from }];
  }).sort((a, b) => a.from - b.from || a.to - b.to);
  const [earliest] = events;
  if (!earliest) throw new Error(say("cannot.no-date"));
  const svg = s("svg", { class: "chart timeline", role: "group", "aria-label": `${label}. ${say("keys")}` });
  const frame = h("div", { class: "drawing" }, svg);
  box.append(frame);
  const tip = new Tip(frame);

  let marks: SVGElement[] = [];
  const roved = rove(svg, () => marks);
  const resize = (): void => {
    const width = Math.max(260, box.clientWidth);
    const base = events.length * LINE + 4;
    const along = axis(events.flatMap(({ from, to }) => [from, to]), 16, width - 24, true, 80);
    svg.setAttribute("viewBox", `0 0 ${width} ${base + FOOT}`);
    marks = events.map(({ row, from, to }, index) => {
      const [left, right, y] = [along.to(from), along.to(to), index * LINE + 28];
      const name = wordsOf(row, main);
      const cell = row.cells[main];
      const made = mark(`${wordsOf(row, start)}: ${name}`, row.href ?? (cell?.kind === "iri" ? linkTo(cell.value) : undefined),
        right - left > 2
          ? s("rect", { class: "spot c1", x: left, y: y - 5, width: right - left, height: 10, rx: 5 })
          : s("circle", { class: "spot c1", cx: left, cy: y, r: 5 }),
        s("text", { class: "event", x: Math.max(0, Math.min(left - 4, width - name.length * LETTER)), y: y - 12 }, name));
      tip.on(made, () => tipWords(name, detailsOf(table, row, main)));
      return made;
    });
    svg.replaceChildren(bottom(along, base, 0), ...marks);
    roved();
  };
  resize();
  const last = events.reduce((a, b) => (b.to > a.to ? b : a));
  const lastColumn = end && last.to !== last.from ? end : start;
  return { summary: say("timeline.summary", events.length, wordsOf(earliest.row, start), wordsOf(last.row, lastColumn)), resize };
}
