/** The addresses of the things of the graph on this service. */

import type { Row } from "./table";

/** First segments of the service's own addresses. A thing whose path starts with one has the long form of address. */
const RESERVED_SEGMENTS = new Set((
  ".well-known about api browse compare data dataset.jsonld dcat errors health manifest.json metrics ontology.svg " +
  "openapi.json page ready schema.json sparql static void"
).split(" "));

/** The base IRI of the graph, which the page has in `data-base`. */
export function baseOf(): string {
  return document.documentElement.dataset["base"] ?? "";
}

/** The address of the page of an IRI; undefined for what is no IRI. A path is an address already. */
export function linkTo(iri: string, base: string = baseOf()): string | undefined {
  if (iri.startsWith("/") && !iri.startsWith("//")) return iri;
  const path = base && iri.startsWith(base) ? iri.slice(base.length) : "";
  if (path && !/[?#%\\]|\/\/|(^|\/)\.{1,2}(\/|$)/.test(path) && !RESERVED_SEGMENTS.has(path.split("/")[0] ?? "")) {
    return `/${encodeURI(path)}`;
  }
  return /^[a-z][a-z0-9+.-]*:/i.test(iri) ? `/page?iri=${encodeURIComponent(iri)}` : undefined;
}

/** The address that a row leads to: its own link, else the page of the IRI in a column. */
export function linkOfRow(row: Row, column: string): string | undefined {
  const cell = row.cells[column];
  return row.href ?? (cell?.kind === "iri" ? linkTo(cell.value) : undefined);
}
