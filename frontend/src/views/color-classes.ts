/** From numbers to classes of colour. */

import { number } from "../i18n";

export const STEPS = 5;

/** The lower ends of up to five classes of equal width, whole numbers where all values are whole. */
export function classesOf(values: readonly number[]): number[] {
  if (!values.length) return [];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) return [low];
  const whole = values.every(Number.isInteger);
  const width = whole ? Math.ceil((high - low + 1) / STEPS) : (high - low) / STEPS;
  return Array.from({ length: STEPS }, (_, step) => low + step * width).filter((end) => (whole ? end <= high : true));
}

/** The class of a value, from 1 to 5; fewer classes are spread over the colours, so that the highest is always the strongest. */
export function classOf(value: number, ends: readonly number[]): number {
  const index = ends.findLastIndex((end) => value >= end);
  return shade(Math.max(0, index), ends.length);
}

/** The classes in words, with their colours. */
export function legendOf(values: readonly number[]): { words: string; shade: number }[] {
  const ends = classesOf(values);
  const whole = values.every(Number.isInteger);
  const high = Math.max(...values);
  return ends.map((end, index) => {
    const next = ends[index + 1];
    const last = next === undefined ? high : whole ? next - 1 : next;
    return { words: last === end ? number(end) : `${number(end)}–${number(last)}`, shade: shade(index, ends.length) };
  });
}

function shade(index: number, count: number): number {
  return count === 1 ? STEPS : 1 + Math.round((index * (STEPS - 1)) / (count - 1));
}
