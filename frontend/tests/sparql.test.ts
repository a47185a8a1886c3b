import { describe, expect, it } from "vitest";
import type { Schema } from "../src/rdf/schema";
import { compactIri, completeQuery, declarePrefix, variablesIn } from "../src/sparql/completion";
import { createRequest, defaultView, downloadsOf, fragmentOf, sharedQuery, sumServerTiming } from "../src/sparql/protocol";
import { removeUnusedPrefixes } from "../src/sparql/results";
import { addSavedQuery, readSavedQueries } from "../src/sparql/saved-queries";

const schema: Schema = {
  prefixes: { ex: "https://example.org/", exo: "https://example.org/ontology#", rdfs: "http://www.w3.org/2000/01/rdf-schema#" },
  classes: [{ iri: "https://example.org/ontology#Cluster", label: { en: "cluster", de: "Cluster" }, count: 32 }],
  properties: [{ iri: "https://example.org/ontology#targets", label: { "": "targets" }, count: 5 }, { iri: "urn:x:p/q" }],
};
const at = (text: string) => completeQuery(text.replace("|", ""), text.indexOf("|"), schema, "de");
const texts = (text: string) => at(text)?.proposals.map((proposal) => proposal.text) ?? null;

describe("completion", () => {
  it("offers terms under their longest prefix, classes alone after `a`", () => {
    expect(texts("SELECT * { ?s exo:|")).toEqual(["exo:targets", "exo:Cluster"]);
    expect(texts("SELECT * { ?s a Cl|")?.slice(0, 2)).toEqual(["exo:Cluster", "SELECT"]);
    expect(at("SELECT * { ?s exo:tar|")?.from).toBe(14);
    expect(compactIri("urn:x:p/q", schema.prefixes)).toEqual({ text: "<urn:x:p/q>" });
  });

  it("says in the page's language what a term is called, and how often it is used", () => {
    expect(at("SELECT * { ?s exo:|")?.proposals.map(({ detail }) => detail)).toEqual(["targets (5)", "Cluster (32)"]);
  });

  it("offers the query's own variables, not the one being written", () => {
    expect(texts("SELECT ?cluster { ?c| ?p ?o }")).toEqual(["?cluster", "?p", "?o"]);
    expect(variablesIn("?a $b ?a")).toEqual(["?a", "$b"]);
  });

  it("offers prefixes where one is declared", () => {
    expect(texts("PREFIX rd|")).toContain("rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n");
  });

  it("stays out of comments, strings and IRIs, and comes back after them", () => {
    for (const text of ["# exo:|", 'FILTER("exo:|', "FILTER('''a\nexo:|", "<https://ex|"]) expect(at(text)).toBeNull();
    for (const text of ['FILTER("a" = exo:|', "# done\nexo:|", "<https://e.example/> exo:|"]) expect(texts(text)).toHaveLength(2);
  });

  it("works without a schema", () => {
    expect(completeQuery("SEL", 3, null, "en")?.proposals.some(({ text }) => text === "SELECT")).toBe(true);
  });
});

describe("prefixes", () => {
  it("are declared after the others, or under the first comments, and once", () => {
    expect(declarePrefix("SELECT * {}", "ex", "u:")).toEqual({ position: 0, text: "PREFIX ex: <u:>\n" });
    expect(declarePrefix("# About\nSELECT * {}", "ex", "u:")?.position).toBe(8);
    expect(declarePrefix("PREFIX a: <b:>\nSELECT * {}", "ex", "u:")?.position).toBe(15);
    expect(declarePrefix("prefix ex: <v:>\nSELECT * {}", "ex", "u:")).toBeNull();
    expect(declarePrefix("PREFIX a: <b:>", "ex", "u:")).toEqual({ position: 14, text: "\nPREFIX ex: <u:>\n" });
  });

  it("that nothing uses are left out of what is shown", () => {
    expect(removeUnusedPrefixes("@prefix a: <u:> .\n@prefix b: <v:> .\n\nb:x b:y b:z .\n")).toBe("@prefix b: <v:> .\n\nb:x b:y b:z .\n");
  });
});

describe("the protocol", () => {
  it("asks with GET unless the address grows too long", () => {
    expect(createRequest("/sparql", "ASK {}", "x/y")).toEqual(["/sparql?query=ASK+%7B%7D", { headers: { Accept: "x/y" } }]);
    const [address, init] = createRequest("/sparql", "#".repeat(9000), "x/y");
    expect([address, init.method]).toEqual(["/sparql", "POST"]);
    expect(downloadsOf("/sparql", "#".repeat(9000), "results")).toEqual([]);
    expect(downloadsOf("/sparql", "ASK {}", "graph")[0]).toEqual(["Turtle", "/sparql?query=ASK+%7B%7D&format=turtle"]);
  });

  it("adds up the service's time", () => {
    expect(sumServerTiming("parse;dur=0.5, evaluate;desc=x;dur=3")).toBe(3.5);
    expect(sumServerTiming(null)).toBeNull();
  });

  it("shares a query in the address and reads it back", () => {
    const query = "#defaultView:Map\nSELECT ?ä { ?ä ?b 'x&y=#+' }";
    expect(sharedQuery({ hash: fragmentOf(query), search: "" })).toBe(query);
    expect(sharedQuery({ hash: "", search: "?query=ASK+%7B%7D" })).toBe("ASK {}");
    expect(sharedQuery({ hash: "#result", search: "" })).toBeNull();
    expect(defaultView(query)).toBe("Map");
  });
});

describe("saved queries", () => {
  it("survive whatever else is stored under their name", () => {
    const storage = (value: string | null) => ({ getItem: () => value });
    expect(readSavedQueries(storage('[{"name":"a","query":"b"},{"name":1},null]'))).toEqual([{ name: "a", query: "b" }]);
    for (const value of [null, "{", "7", '{"a":1}']) expect(readSavedQueries(storage(value))).toEqual([]);
  });

  it("replace the one of the same name", () => {
    expect(addSavedQuery([{ name: "b", query: "1" }], { name: "a", query: "2" }).map(({ name }) => name)).toEqual(["a", "b"]);
    expect(addSavedQuery([{ name: "a", query: "1" }], { name: "a", query: "2" })).toEqual([{ name: "a", query: "2" }]);
  });
});
