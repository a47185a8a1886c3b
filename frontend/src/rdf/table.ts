/** Tables of RDF terms, read from SPARQL 1.1 Query Results JSON or from a table on the page. */

import type { Term } from "./ntriples";

export interface Cell extends Term {
  datatype?: string;
  /** The name of an IRI on the page. */
  label?: string;
}

export interface Row {
  cells: Record<string, Cell | undefined>;
  /** The address that the row links to on the page. */
  href?: string;
}

export interface Table {
  columns: string[];
  /** The titles of the columns on the page. */
  titles: Record<string, string>;
  rows: Row[];
}

interface JsonTerm {
  type: string;
  value: unknown;
  datatype?: string;
  "xml:lang"?: string;
}

export interface JsonResults {
  head?: { vars?: string[] };
  boolean?: boolean;
  results?: { bindings?: Record<string, JsonTerm>[] };
}

/** The table in a SPARQL JSON document. */
export function fromResults(document: JsonResults): Table {
  const columns = document.head?.vars ?? [];
  const rows = (document.results?.bindings ?? []).map((binding) => ({
    cells: Object.fromEntries(Object.entries(binding).map(([name, term]) => [name, cellFromJson(term)])),
  }));
  return { columns, titles: {}, rows };
}

function cellFromJson(term: JsonTerm): Cell {
  if (term.type === "uri") return { kind: "iri", value: String(term.value) };
  if (term.type === "bnode") return { kind: "blank", value: `_:${String(term.value)}` };
  if (term.type === "triple") {
    const parts = Object.values(term.value as Record<string, JsonTerm>).map((part) => String(part.value));
    return { kind: "literal", value: `<<( ${parts.join(" ")} )>>` };
  }
  const cell: Cell = { kind: "literal", value: String(term.value) };
  if (term["xml:lang"]) cell.language = term["xml:lang"];
  if (term.datatype) cell.datatype = term.datatype;
  return cell;
}

/** The table on a page. A column is named by `data-column` of its heading, else by the text of the heading. */
export function fromMarkup(table: HTMLTableElement): Table {
  const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
  const columns = headings.map((heading) => heading.dataset["column"] ?? textContentOf(heading));
  const titles = Object.fromEntries(headings.flatMap((heading) => {
    const name = heading.dataset["column"];
    return name ? [[name, textContentOf(heading)]] : [];
  }));
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]).map((row) => {
    const cells: Row["cells"] = {};
    columns.forEach((name, index) => {
      const cell = row.cells[index];
      const text = cell ? textContentOf(cell) : "";
      if (!cell || !text) return;
      const href = cell.querySelector("a")?.getAttribute("href");
      cells[name] = href ? { kind: "iri", value: href, label: text } : { kind: "literal", value: text };
    });
    return withHref({ cells }, row.querySelector("a[href]")?.getAttribute("href"));
  });
  return { columns, titles, rows };
}

/** Add to a table what only the page has for the same rows: titles of columns, and links of rows. */
export function withPage(table: Table, page: Table | null): Table {
  if (!page) return table;
  return {
    columns: table.columns,
    titles: { ...table.titles, ...page.titles },
    rows: table.rows.map((row, index) => withHref(row, page.rows[index]?.href)),
  };
}

function withHref(row: Row, href: string | null | undefined): Row {
  return href ? { ...row, href } : row;
}

function textContentOf(element: HTMLElement): string {
  return (element.textContent ?? "").trim().replace(/\s+/g, " ");
}
