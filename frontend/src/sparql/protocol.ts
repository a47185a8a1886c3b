/** The SPARQL 1.1 Protocol as the page uses it, and the address that shares a query. */

/** Servers may refuse addresses that are longer. */
const MAX_ADDRESS_LENGTH = 4000;

const DOWNLOAD_FORMATS = {
  results: [["CSV", "csv"], ["TSV", "tsv"], ["JSON", "json"], ["XML", "xml"]],
  graph: [["Turtle", "turtle"], ["N-Triples", "ntriples"], ["JSON-LD", "jsonld"]],
} as const;

/** The request for a query: GET, which a cache can answer, unless the address would be too long. */
export function createRequest(action: string, query: string, accept: string): [string, RequestInit] {
  const parameters = new URLSearchParams({ query });
  const headers = { Accept: accept };
  const address = `${action}?${parameters}`;
  return address.length <= MAX_ADDRESS_LENGTH ? [address, { headers }] : [action, { method: "POST", headers, body: parameters }];
}

/** The downloads of an answer, as pairs of a label and an address; none for a query that is too long for an address. */
export function downloadsOf(action: string, query: string, kind: keyof typeof DOWNLOAD_FORMATS): [string, string][] {
  return DOWNLOAD_FORMATS[kind]
    .map(([label, format]): [string, string] => [label, `${action}?${new URLSearchParams({ query, format })}`])
    .filter(([, address]) => address.length <= MAX_ADDRESS_LENGTH);
}

/** The sum of the durations in a Server-Timing header, in milliseconds; null where it has none. */
export function sumServerTiming(header: string | null): number | null {
  const durations = [...(header ?? "").matchAll(/;\s*dur=([\d.]+)/g)].map(([, duration]) => Number(duration));
  return durations.length ? durations.reduce((sum, duration) => sum + duration, 0) : null;
}

/** The SPARQL query in an address, in its fragment or in its query part. */
export function sharedQuery({ hash, search }: { hash: string; search: string }): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("query") ?? new URLSearchParams(search).get("query");
}

/** The fragment that shares a query. */
export function fragmentOf(query: string): string {
  return `#query=${encodeURIComponent(query)}`;
}

/** The view that a query names for its result, in a comment as in the Wikidata Query Service. */
export function defaultView(query: string): string | undefined {
  return /^\s*#\s*defaultView:\s*(\w+)/m.exec(query)?.[1];
}
