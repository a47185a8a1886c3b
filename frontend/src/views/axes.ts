/** Axes for numbers and for time. */

import { nice, ticks } from "d3-array";
import { s } from "../dom";
import { language, number } from "../i18n";

export interface Axis {
  /** From a value to pixels. */
  to(value: number): number;
  ticks: { at: number; words: string }[];
}

/** An axis over the values, from one pixel to another, with about one tick every `room` pixels. */
export function axis(values: readonly number[], from: number, to: number, time: boolean, room = 90): Axis {
  const count = Math.max(2, Math.floor(Math.abs(to - from) / room));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return time ? timeAxis(low, high, from, to, count) : numberAxis(low, high, from, to, count);
}

function numberAxis(low: number, high: number, from: number, to: number, count: number): Axis {
  // Lengths are only comparable from zero, unless that pushes all the points together.
  const start = low > 0 && low < high / 2 ? 0 : low;
  const [first, last] = start === high ? [start - 1, high + 1] : nice(start, high, count);
  const place = (value: number): number => from + ((value - first) / (last - first)) * (to - from);
  return { to: place, ticks: ticks(first, last, count).map((value) => ({ at: place(value), words: number(value) })) };
}

function timeAxis(low: number, high: number, from: number, to: number, count: number): Axis {
  const start = new Date(low).getUTCFullYear();
  // The last year is drawn in full unless nothing comes after its first moment.
  const end = Math.max(start + 1, new Date(high - 1).getUTCFullYear() + 1);
  const months = end - start <= 2;
  const [first, last] = [Date.UTC(start, 0), Date.UTC(end, 0)];
  const place = (value: number): number => from + ((value - first) / (last - first)) * (to - from);
  if (!months) {
    const years = ticks(start, end, Math.min(count, end - start)).filter(Number.isInteger);
    return { to: place, ticks: years.map((year) => ({ at: place(Date.UTC(year, 0)), words: String(year) })) };
  }
  const format = new Intl.DateTimeFormat(language, { month: "short", year: "numeric", timeZone: "UTC" });
  const step = (end - start) * 12 > count ? 6 : 3;
  const all = Array.from({ length: ((end - start) * 12) / step + 1 }, (_, index) => Date.UTC(start, index * step));
  return { to: place, ticks: all.map((at) => ({ at: place(at), words: format.format(at) })) };
}

/** The drawn axis at the bottom. */
export function bottom({ ticks: marks }: Axis, height: number, top: number): SVGElement {
  return s("g", { class: "axis", "aria-hidden": "true" }, ...marks.flatMap(({ at, words }) => [
    s("line", { x1: at, x2: at, y1: top, y2: height }),
    s("text", { x: at, y: height + 18, "text-anchor": "middle" }, words),
  ]));
}

/** The drawn axis at the left. */
export function side({ ticks: marks }: Axis, left: number, right: number): SVGElement {
  return s("g", { class: "axis", "aria-hidden": "true" }, ...marks.flatMap(({ at, words }) => [
    s("line", { x1: left, x2: right, y1: at, y2: at }),
    s("text", { x: left - 8, y: at, dy: "0.32em", "text-anchor": "end" }, words),
  ]));
}
