/** What a view is, and what the views share. */

import { s } from "../dom";
import { formatNumber, translate } from "../i18n";
import type { Data } from "../rdf/fetch";
import type { Table } from "../rdf/table";

export interface Stage {
  /** Where to draw. */
  box: HTMLElement;
  /** What the drawing shows, in a few words. */
  label: string;
}

export interface Drawing {
  /** The drawing in a sentence, for people who do not see it. */
  summary: string;
  /** Fits the drawing to the present width of its box. */
  resize?(): void;
}

export interface View {
  draw(stage: Stage, data: Data): Drawing | Promise<Drawing>;
}

const MIN_WIDTH_PIXELS = 260;
const MAX_NAMES_IN_SUMMARY = 3;

/** The table in the data; throws where the data are triples. */
export function requireTable(data: Data): Table {
  if (!("table" in data)) throw new Error(translate("cannot.table"));
  return data.table;
}

/** An empty drawing, named for people who do not see it. */
export function createSvg(className: string, label: string): SVGSVGElement {
  return s("svg", { class: className, role: "group", "aria-label": `${label}. ${translate("keys")}` });
}

/** The width of a drawing in its box, in pixels. */
export function drawingWidth({ clientWidth }: HTMLElement): number {
  return Math.max(MIN_WIDTH_PIXELS, clientWidth);
}

/** The names of the items with the highest amounts, for a summary: "Japan (5), China (4), India (2)". */
export function describeHighest<T>(items: readonly T[], nameOf: (item: T) => string, amountOf: (item: T) => number): string {
  const highest = items.toSorted((a, b) => amountOf(b) - amountOf(a)).slice(0, MAX_NAMES_IN_SUMMARY);
  return highest.map((item) => `${nameOf(item)} (${formatNumber(amountOf(item))})`).join(", ");
}
