/** What the columns of a table contain: names, numbers, dates or places, found from the values alone. */

import { language, parseNumber } from "../i18n";
import type { Cell, Row, Table } from "./table";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBER_TYPES = new Set(
  ("integer decimal double float int long short byte nonNegativeInteger positiveInteger nonPositiveInteger " +
    "negativeInteger unsignedInt unsignedLong unsignedShort unsignedByte")
    .split(" ")
    .map((name) => XSD + name),
);
const DATE_TYPES = new Set("date dateTime dateTimeStamp gYear gYearMonth".split(" ").map((name) => XSD + name));

/** The column of ISO 3166-1 codes of countries. */
export const ISO_CODE_COLUMN = "isoCode";
/** The column of WKT points. */
export const COORDINATES_COLUMN = "coordinates";

/** The number in a cell, or null. Cells of a page have no datatype; there, a text that reads as a number is one. */
export function numberOf(cell: Cell | undefined): number | null {
  if (cell?.kind !== "literal" || cell.language || !cell.value.trim()) return null;
  if (cell.datatype && !NUMBER_TYPES.has(cell.datatype)) return null;
  if (!cell.datatype) return parseNumber(cell.value.trim(), language);
  const value = Number(cell.value);
  return Number.isFinite(value) ? value : null;
}

/** The moment at which the date in a cell begins, in milliseconds since 1970, or null. */
export function timeOf(cell: Cell | undefined): number | null {
  if (cell?.kind !== "literal" || !cell.datatype || !DATE_TYPES.has(cell.datatype)) return null;
  const [, year, month, day, clock] = /^(-?\d{4,})(?:-(\d\d))?(?:-(\d\d))?(T[\d:.]+)?/.exec(cell.value) ?? [];
  if (!year) return null;
  const zone = /(Z|[+-]\d\d:\d\d)$/.exec(clock ? cell.value : "")?.[0] ?? "Z";
  const time = Date.parse(`${year}-${month ?? "01"}-${day ?? "01"}${clock ?? "T00:00:00"}${zone}`);
  return Number.isNaN(time) ? null : time;
}

/** Longitude and latitude of a WKT point such as `Point(13.7 51.05)`, or null. A reference system before it is ignored. */
export function pointOf(cell: Cell | undefined): [number, number] | null {
  const match = /^\s*(?:<[^>]*>\s*)?point\s*\(\s*([-+\d.eE]+)\s+([-+\d.eE]+)\s*\)\s*$/i.exec(cell?.value ?? "");
  const [longitude, latitude] = [Number(match?.[1]), Number(match?.[2])];
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

/** Columns of names: no numbers, dates, coordinates or codes, and no label column beside its column of IRIs. */
export function textColumns(table: Table): string[] {
  const otherColumns = new Set([...numericColumns(table), ...dateColumns(table)]);
  return table.columns.filter((name) => !otherColumns.has(name) && !isTechnical(name) && !isLabel(name, table));
}

/** The column that says what a row is about: the first one of IRIs, else the first one of names. */
export function mainColumn(table: Table): string | undefined {
  return columnsWhere(table, (cell) => cell.kind === "iri")[0] ?? textColumns(table)[0];
}

/** Whether a column only has the names for the IRIs of another. */
function isLabel(name: string, table: Table): boolean {
  return name.endsWith("Label") && table.columns.includes(name.slice(0, -"Label".length));
}

/** The text to show for a row in a column: the label, else the end of the IRI, else the value; empty where there is none. */
export function textOf(row: Row, column: string): string {
  const cell = row.cells[column];
  const label = row.cells[`${column}Label`]?.value ?? cell?.label;
  if (label) return label;
  return cell?.kind === "iri" ? localName(cell.value) : (cell?.value ?? "");
}

/** The last part of an IRI, which most often reads as a name. */
export function localName(iri: string): string {
  const name = /[^/#:]+(?=[/#]?$)/.exec(iri)?.[0] ?? iri;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The title of a column: the one on the page, else its name in words, "In concept" for "inConcept". */
export function titleOf(table: Table, column: string): string {
  const title = table.titles[column] ?? table.titles[`${column}Label`];
  if (title && title !== column) return title;
  const words = column.replace(/([a-z\d])([A-Z])/g, "$1 $2").replace(/_/g, " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The other columns of a row: pairs of title and text. */
export function detailsOf(table: Table, row: Row, mainColumnName: string): [string, string][] {
  return table.columns
    .filter((name) => name !== mainColumnName && !isTechnical(name) && !isLabel(name, table))
    .map((name): [string, string] => [titleOf(table, name), textOf(row, name)])
    .filter(([, text]) => text !== "");
}

function isTechnical(name: string): boolean {
  return name === ISO_CODE_COLUMN || name === COORDINATES_COLUMN;
}

function columnsWhere(table: Table, test: (cell: Cell) => boolean): string[] {
  return table.columns.filter((name) => {
    const cells = table.rows.map((row) => row.cells[name]).filter((cell) => cell !== undefined);
    return cells.length > 0 && cells.every(test);
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
  if (has(COORDINATES_COLUMN) || has(ISO_CODE_COLUMN)) views.push("Map");
  if (numbers.length && texts.length) views.push("BarChart");
  if (numbers.length && dates.length) views.push("LineChart");
  if (numbers.length > 1) views.push("ScatterChart");
  if (dates.length) views.push("Timeline");
  if (has("source") && has("target")) views.push("Graph");
  if (texts.length > 1 && texts.length < 6) views.push("Dimensions");
  return views;
}
