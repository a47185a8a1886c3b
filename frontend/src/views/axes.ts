/** Axes for numbers and for time. */

import { nice, ticks } from "d3-array";
import { s } from "../dom";
import { formatNumber, language } from "../i18n";

export interface Axis {
  /** From a value to pixels. */
  toPixels(value: number): number;
  ticks: Tick[];
}

interface Tick {
  position: number;
  text: string;
}

const MIN_TICKS = 2;
/** Time axes of so few years have ticks for months. */
const MAX_YEARS_WITH_MONTHS = 2;

/** An axis over the values, from one pixel to another, with about one tick every `tickPixels`. */
export function createAxis(values: readonly number[], from: number, to: number, isTime: boolean, tickPixels = 90): Axis {
  const tickCount = Math.max(MIN_TICKS, Math.floor(Math.abs(to - from) / tickPixels));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return isTime ? timeAxis(low, high, from, to, tickCount) : numberAxis(low, high, from, to, tickCount);
}

function numberAxis(low: number, high: number, from: number, to: number, tickCount: number): Axis {
  // Lengths can be compared only from zero on, unless that pushes all points together.
  const start = low > 0 && low < high / 2 ? 0 : low;
  const [first, last] = start === high ? [start - 1, high + 1] : nice(start, high, tickCount);
  const toPixels = linearScale(first, last, from, to);
  return { toPixels, ticks: ticks(first, last, tickCount).map((value) => ({ position: toPixels(value), text: formatNumber(value) })) };
}

function timeAxis(low: number, high: number, from: number, to: number, tickCount: number): Axis {
  const startYear = new Date(low).getUTCFullYear();
  // The last year is drawn in full unless no value comes after its first moment.
  const endYear = Math.max(startYear + 1, new Date(high - 1).getUTCFullYear() + 1);
  const yearCount = endYear - startYear;
  const toPixels = linearScale(Date.UTC(startYear, 0), Date.UTC(endYear, 0), from, to);
  if (yearCount > MAX_YEARS_WITH_MONTHS) {
    const years = ticks(startYear, endYear, Math.min(tickCount, yearCount)).filter(Number.isInteger);
    return { toPixels, ticks: years.map((year) => ({ position: toPixels(Date.UTC(year, 0)), text: String(year) })) };
  }
  const format = new Intl.DateTimeFormat(language, { month: "short", year: "numeric", timeZone: "UTC" });
  const stepMonths = yearCount * 12 > tickCount ? 6 : 3;
  const moments = Array.from({ length: (yearCount * 12) / stepMonths + 1 }, (_, index) => Date.UTC(startYear, index * stepMonths));
  return { toPixels, ticks: moments.map((moment) => ({ position: toPixels(moment), text: format.format(moment) })) };
}

function linearScale(first: number, last: number, from: number, to: number): (value: number) => number {
  return (value) => from + ((value - first) / (last - first)) * (to - from);
}

/** Draw an axis at the bottom, with lines from `top` to `bottom`. */
export function drawBottomAxis(axis: Axis, bottom: number, top: number): SVGElement {
  return drawAxis(axis, ({ position, text }) => [
    s("line", { x1: position, x2: position, y1: top, y2: bottom }),
    s("text", { x: position, y: bottom + 18, "text-anchor": "middle" }, text),
  ]);
}

/** Draw an axis at the left, with lines from `left` to `right`. */
export function drawLeftAxis(axis: Axis, left: number, right: number): SVGElement {
  return drawAxis(axis, ({ position, text }) => [
    s("line", { x1: left, x2: right, y1: position, y2: position }),
    s("text", { x: left - 8, y: position, dy: "0.32em", "text-anchor": "end" }, text),
  ]);
}

function drawAxis(axis: Axis, drawTick: (tick: Tick) => SVGElement[]): SVGElement {
  return s("g", { class: "axis", "aria-hidden": "true" }, ...axis.ticks.flatMap(drawTick));
}
