/** Where the things of the graph are on this service. */

/** First segments of the service's own addresses; what is named so is reached by its IRI, which always works. */
const own = new Set((
  ".well-known about api browse compare data dataset.jsonld dcat errors health manifest.json metrics ontology.svg " +
  "openapi.json page ready schema.json sparql static void"
).split(" "));

/** The graph's base IRI, which the page names. */
export function baseOf(page: Document = document): string {
  return page.documentElement.dataset["base"] ?? "";
}

/** The address of an IRI's page; undefined for what must not become a link. Addresses stay as they are. */
export function linkTo(iri: string, base: string = baseOf()): string | undefined {
  if (iri.startsWith("/") && !iri.startsWith("//")) return iri;
  const path = base && iri.startsWith(base) ? iri.slice(base.length) : "";
  if (path && !/[?#%\\]|\/\/|(^|\/)\.{1,2}(\/|$)/.test(path) && !own.has(path.split("/")[0] ?? "")) {
    return `/${encodeURI(path)}`;
  }
  return /^(https?|urn):/i.test(iri) ? `/page?iri=${encodeURIComponent(iri)}` : undefined;
}
