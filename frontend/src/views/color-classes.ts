/** Classes of numbers, each with a colour from weak to strong. */

import { formatNumber } from "../i18n";

const MAX_CLASSES = 5;

/** The lower bounds of up to five classes of equal width; whole numbers where all values are whole. */
export function classBounds(values: readonly number[]): number[] {
  if (!values.length) return [];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (low === high) return [low];
  const allWhole = values.every(Number.isInteger);
  const width = allWhole ? Math.ceil((high - low + 1) / MAX_CLASSES) : (high - low) / MAX_CLASSES;
  return Array.from({ length: MAX_CLASSES }, (_, index) => low + index * width).filter((bound) => !allWhole || bound <= high);
}

/** The number of a value's colour, 1 to 5. */
export function colorOf(value: number, bounds: readonly number[]): number {
  return classColor(Math.max(0, bounds.findLastIndex((bound) => value >= bound)), bounds.length);
}

/** The classes in words, with the numbers of their colours. */
export function legendOf(values: readonly number[]): { text: string; color: number }[] {
  const bounds = classBounds(values);
  const allWhole = values.every(Number.isInteger);
  const high = Math.max(...values);
  return bounds.map((low, index) => {
    const next = bounds[index + 1];
    const end = next === undefined ? high : allWhole ? next - 1 : next;
    const text = end === low ? formatNumber(low) : `${formatNumber(low)}–${formatNumber(end)}`;
    return { text, color: classColor(index, bounds.length) };
  });
}

/** The colour of a class. Few classes are spread over all colours, so that the highest always has the strongest. */
function classColor(index: number, classCount: number): number {
  return classCount === 1 ? MAX_CLASSES : 1 + Math.round((index * (MAX_CLASSES - 1)) / (classCount - 1));
}
