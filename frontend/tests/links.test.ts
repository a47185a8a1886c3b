import { describe, expect, it } from "vitest";
import { linkTo } from "../src/rdf/links";

const base = "https://w3id.org/clustergraph/";

describe("links", () => {
  it("lead below the base to the path, elsewhere to the page of an IRI", () => {
    expect(linkTo(`${base}id/country/AT`, base)).toBe("/id/country/AT");
    expect(linkTo("https://example.org/a?b#c", base)).toBe("/page?iri=https%3A%2F%2Fexample.org%2Fa%3Fb%23c");
    expect(linkTo("urn:isbn:1", base)).toBe("/page?iri=urn%3Aisbn%3A1");
  });

  it("use the long form for what a path cannot say", () => {
    for (const path of ["ontology#Cluster", "id/a%2Fb", "id//b", "id/../b", "sparql", "api/x"]) {
      expect(linkTo(base + path, base)).toBe(`/page?iri=${encodeURIComponent(base + path)}`);
    }
  });

  it("are never made of what a browser would run or fetch elsewhere", () => {
    expect(linkTo("javascript:alert(1)", base)).toBe("/page?iri=javascript%3Aalert(1)");
    expect(linkTo("did:example:1", base)).toBe("/page?iri=did%3Aexample%3A1");
    expect(linkTo("no IRI", base)).toBeUndefined();
    expect(linkTo("//elsewhere.example/x", base)).toBeUndefined();
    expect(linkTo("/id/country/AT", base)).toBe("/id/country/AT");
  });
});
