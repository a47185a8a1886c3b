/** The SPARQL 1.1 Protocol as the page uses it, and the address that shares a query. */

const LONGEST_ADDRESS = 4000;

export const FORMATS = {
  results: [["CSV", "csv"], ["TSV", "tsv"], ["JSON", "json"], ["XML", "xml"]],
  graph: [["Turtle", "turtle"], ["N-Triples", "ntriples"], ["JSON-LD", "jsonld"]],
} as const;

/** The request for a query: GET, which caches can answer, unless the address would be too long for a server. */
export function requestFor(action: string, query: string, accept: string): [string, RequestInit] {
  const fields = new URLSearchParams({ query });
  const headers = { Accept: accept };
  const address = `${action}?${fields}`;
  return address.length <= LONGEST_ADDRESS ? [address, { headers }] : [action, { method: "POST", headers, body: fields }];
}

/** Where an answer can be downloaded, as pairs of a label and an address; none for a query too long for one. */
export function downloadsFor(action: string, query: string, kind: keyof typeof FORMATS): [string, string][] {
  return FORMATS[kind]
    .map(([label, format]): [string, string] => [label, `${action}?${new URLSearchParams({ query, format })}`])
    .filter(([, address]) => address.length <= LONGEST_ADDRESS);
}

/** The milliseconds that a Server-Timing header adds up to; null where it names none. */
export function serverTime(header: string | null): number | null {
  const steps = [...(header ?? "").matchAll(/;\s*dur=([\d.]+)/g)].map(([, duration]) => Number(duration));
  return steps.length ? steps.reduce((sum, step) => sum + step, 0) : null;
}

/** The query that an address shares, in its fragment or its query. */
export function sharedQuery({ hash, search }: { hash: string; search: string }): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("query") ?? new URLSearchParams(search).get("query");
}

/** The fragment that shares a query. */
export function fragmentFor(query: string): string {
  return `#query=${encodeURIComponent(query)}`;
}

/** The view that a query asks for, written as the Wikidata Query Service does. */
export function viewAskedFor(query: string): string | undefined {
  return /^\s*#\s*defaultView:\s*(\w+)/m.exec(query)?.[1];
}
