/** Tables of RDF terms, read from SPARQL 1.1 Query Results JSON or from a table on the page. */

export interface Cell {
  kind: "iri" | "literal" | "blank";
  value: string;
  language?: string;
  datatype?: string;
  /** What the page calls an IRI. */
  label?: string;
}

export interface Row {
  cells: Record<string, Cell | undefined>;
  /** Where the page leads from this row. */
  href?: string;
}

export interface Table {
  columns: string[];
  /** What the page calls the columns. */
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
    cells: Object.fromEntries(Object.entries(binding).map(([name, term]) => [name, fromJson(term)])),
  }));
  return { columns, titles: {}, rows };
}

function fromJson(term: JsonTerm): Cell {
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

/** The table on the page. A heading's `data-column` names its column; its text does where that is missing. */
export function fromMarkup(table: HTMLTableElement): Table {
  const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
  const columns = headings.map((heading) => heading.dataset["column"] ?? textOf(heading));
  const rows = bodyRows(table).map((row) => {
    const cells: Row["cells"] = {};
    columns.forEach((name, index) => {
      const cell = row.cells[index];
      const text = cell ? textOf(cell) : "";
      if (!cell || !text) return;
      const href = cell.querySelector("a")?.getAttribute("href");
      cells[name] = href ? { kind: "iri", value: href, label: text } : { kind: "literal", value: text };
    });
    return withHref({ cells }, hrefOf(row));
  });
  return { columns, titles: titlesOf(table), rows };
}

/** Add to a table what only the page knows of the same rows: names of columns, and where each row leads. */
export function withPage(table: Table, page: Table | null): Table {
  if (!page) return table;
  return {
    columns: table.columns,
    titles: { ...table.titles, ...page.titles },
    rows: table.rows.map((row, index) => withHref(row, page.rows[index]?.href)),
  };
}

function withHref(row: Row, href: string | undefined): Row {
  return href ? { ...row, href } : row;
}

function bodyRows(table: HTMLTableElement): HTMLTableRowElement[] {
  return [...table.tBodies].flatMap((body) => [...body.rows]);
}

function hrefOf(row: HTMLTableRowElement): string | undefined {
  return row.querySelector("a[href]")?.getAttribute("href") ?? undefined;
}

function titlesOf(table: HTMLTableElement): Record<string, string> {
  const headings = [...(table.tHead?.rows[0]?.cells ?? [])];
  return Object.fromEntries(headings.flatMap((cell) => {
    const name = cell.dataset["column"];
    return name ? [[name, textOf(cell)]] : [];
  }));
}

function textOf(element: HTMLElement): string {
  return (element.textContent ?? "").trim().replace(/\s+/g, " ");
}
