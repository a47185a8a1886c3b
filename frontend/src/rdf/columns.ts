/** What the columns of a table are: names, numbers, dates, places. Nothing here knows what the graph is about. */

import { written } from "../page/sorting";
import { language } from "../i18n";
import type { Cell, Row, Table } from "./table";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(
  ("integer decimal double float int long short byte nonNegativeInteger positiveInteger nonPositiveInteger " +
    "negativeInteger unsignedInt unsignedLong unsignedShort unsignedByte")
    .split(" ")
    .map((name) => XSD + name),
);
const DATES = new Set("date dateTime dateTimeStamp gYear gYearMonth".split(" ").map((name) => XSD + name));

export const ISO = "isoCode";
export const COORDINATES = "coordinates";

/** The number that a cell holds, or null. Cells of a page have no datatype; there, what reads as a number is one. */
export function numberOf(cell: Cell | undefined): number | null {
  if (cell?.kind !== "literal" || cell.language || !cell.value.trim()) return null;
  if (cell.datatype && !NUMBERS.has(cell.datatype)) return null;
  if (!cell.datatype) return written(cell.value.trim(), language);
  const value = Number(cell.value);
  return Number.isFinite(value) ? value : null;
}

/** The moment a date cell begins at, in milliseconds since 1970, or null. */
export function timeOf(cell: Cell | undefined): number | null {
  if (cell?.kind !== "literal" || !cell.datatype || !DATES.has(cell.datatype)) return null;
  const [, year, month, day, clock] = /^(-?\d{4,})(?:-(\d\d))?(?:-(\d\d))?(T[\d:.]+)?/.exec(cell.value) ?? [];
  if (!year) return null;
  const zone = /(Z|[+-]\d\d:\d\d)$/.exec(clock ? cell.value : "")?.[0] ?? "Z";
  const time = Date.parse(`${year}-${month ?? "01"}-${day ?? "01"}${clock ?? "T00:00:00"}${zone}`);
  return Number.isNaN(time) ? null : time;
}

/** Longitude and latitude of a WKT point, or null: `Point(13.7 51.05)`, a reference system in front ignored. */
export function pointOf(cell: Cell | undefined): [number, number] | null {
  const found = /^\s*(?:<[^>]*>\s*)?point\s*\(\s*([-+\d.eE]+)\s+([-+\d.eE]+)\s*\)\s*$/i.exec(cell?.value ?? "");
  const [longitude, latitude] = [Number(found?.[1]), Number(found?.[2])];
  return Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90 ? [longitude, latitude] : null;
}

/** Columns in which every value is a number, in order. */
export function numericColumns(table: Table): string[] {
  return columnsWhere(table, (cell) => numberOf(cell) !== null).filter((name) => !isTechnical(name));
}

/** Columns in which every value is a date. */
export function dateColumns(table: Table): string[] {
  return columnsWhere(table, (cell) => timeOf(cell) !== null);
}

/** Columns that people read: no label apart from its IRI, no number, no coordinates, no code. */
export function textColumns(table: Table): string[] {
  const other = new Set([...numericColumns(table), ...dateColumns(table)]);
  return table.columns.filter((name) => !other.has(name) && !isTechnical(name) && !isLabel(name, table));
}

/** The column that says what a row is about: the first of IRIs, else the first of words. */
export function mainColumn(table: Table): string | undefined {
  return columnsWhere(table, (cell) => cell.kind === "iri")[0] ?? textColumns(table)[0];
}

/** Whether a column only names the things of another. */
export function isLabel(name: string, table: Table): boolean {
  return name.endsWith("Label") && table.columns.includes(name.slice(0, -"Label".length));
}

/** What a row says in a column, in words; empty where it says nothing. */
export function wordsOf(row: Row, column: string): string {
  const cell = row.cells[column];
  const label = row.cells[`${column}Label`]?.value ?? cell?.label;
  if (label) return label;
  return cell?.kind === "iri" ? localName(cell.value) : (cell?.value ?? "");
}

/** The last part of an IRI, which most often reads like a name. */
export function localName(iri: string): string {
  const end = /[^/#:]+(?=[/#]?$)/.exec(iri)?.[0] ?? iri;
  try {
    return decodeURIComponent(end);
  } catch {
    return end;
  }
}

/** A column's name as people would write it: "inConcept" is "In concept". */
export function titleOf(table: Table, column: string): string {
  const given = table.titles[column] ?? table.titles[`${column}Label`];
  if (given && given !== column) return given;
  const spaced = column.replace(/([a-z\d])([A-Z])/g, "$1 $2").replace(/_/g, " ").toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** What else a row says: pairs of a column's title and the words. */
export function detailsOf(table: Table, row: Row, besides: string): [string, string][] {
  return table.columns
    .filter((name) => name !== besides && !isTechnical(name) && !isLabel(name, table))
    .map((name): [string, string] => [titleOf(table, name), wordsOf(row, name)])
    .filter(([, words]) => words !== "");
}

function isTechnical(name: string): boolean {
  return name === ISO || name === COORDINATES;
}

function columnsWhere(table: Table, holds: (cell: Cell) => boolean): string[] {
  return table.columns.filter((name) => {
    const cells = table.rows.map((row) => row.cells[name]).filter((cell) => cell !== undefined);
    return cells.length > 0 && cells.every(holds);
  });
}

export type ViewName =
  | "Table" | "Map" | "BarChart" | "LineChart" | "ScatterChart" | "Graph" | "Dimensions" | "Timeline";

/** The views that a table can be shown in, the table itself first. */
export function viewsFor(table: Table): ViewName[] {
  const views: ViewName[] = ["Table"];
  if (!table.rows.length) return views;
  const [numbers, dates, texts] = [numericColumns(table), dateColumns(table), textColumns(table)];
  const has = (name: string) => table.columns.includes(name);
  if (has(COORDINATES) || has(ISO)) views.push("Map");
  if (numbers.length && texts.length) views.push("BarChart");
  if (numbers.length && dates.length) views.push("LineChart");
  if (numbers.length > 1) views.push("ScatterChart");
  if (dates.length) views.push("Timeline");
  if (has("source") && has("target")) views.push("Graph");
  if (texts.length > 1 && texts.length < 6) views.push("Dimensions");
  return views;
}
