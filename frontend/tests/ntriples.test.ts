import { describe, expect, it } from "vitest";
import { parseTriples } from "../src/rdf/ntriples";
import { keepBestConnected, layOutNetwork, networkOfTable, networkOfTriples } from "../src/views/network";
import { fromResults } from "../src/rdf/table";

const A = "https://example.org/id/a";
const text = `# a comment
<${A}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.org/ontology#BigThing> .
<${A}> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://xmlns.com/foaf/0.1/Agent> .
<${A}> <http://www.w3.org/2000/01/rdf-schema#label> "An \\"A\\"\\n\\u00e9"@en .
<${A}> <http://www.w3.org/2000/01/rdf-schema#label> "Ein A"@de .
<${A}> <https://example.org/ontology#worksWith> _:b0 .
_:b0 <https://example.org/ontology#worksWith> <${A}> . # with a comment
_:b0 <https://example.org/ontology#size> "3"^^<http://www.w3.org/2001/XMLSchema#integer> .

`;

describe("N-Triples", () => {
  it("are read with escapes, languages, datatypes and blank nodes", () => {
    const triples = parseTriples(text);
    expect(triples).toHaveLength(7);
    expect(triples[2]?.object).toEqual({ kind: "literal", value: 'An "A"\né', language: "en" });
    expect(triples[5]?.subject).toEqual({ kind: "blank", value: "_:b0" });
    expect(triples[6]?.object).toEqual({ kind: "literal", value: "3" });
  });

  it("are refused with the number of the line", () => {
    expect(() => parseTriples(`${text}<a> <b> "open .\n`)).toThrow("line 10");
  });
});

describe("networks", () => {
  it("come from triples, with kinds, names in the language and numbers of parallel connections", () => {
    const { things, connections } = networkOfTriples(parseTriples(text), "de", "https://example.org/");
    expect(things.map(({ label, kind, degree }) => [label, kind, degree])).toEqual([["Ein A", "Big thing", 2], ["b0", "", 2]]);
    expect(connections.map(({ kind, parallelIndex }) => [kind, parallelIndex])).toEqual([["Works with", 0], ["Works with", 1]]);
  });

  it("show an English name before one without a language", () => {
    const triples = parseTriples(`<u:a> <u:p> <u:b> .
<u:a> <http://www.w3.org/2000/01/rdf-schema#label> "A-1" .
<u:a> <http://www.w3.org/2000/01/rdf-schema#label> "Field"@en-GB .
<u:a> <http://www.w3.org/2000/01/rdf-schema#label> "Champ"@fr .`);
    for (const language of ["en", "de"]) expect(networkOfTriples(triples, language, "").things[0]?.label).toBe("Field");
    expect(networkOfTriples(triples, "fr", "").things[0]?.label).toBe("Champ");
  });

  it("come from tables", () => {
    const uri = (value: string) => ({ type: "uri", value });
    const word = (value: string) => ({ type: "literal", value });
    const table = fromResults({ head: { vars: ["source", "sourceLabel", "target", "kind"] }, results: { bindings: [
      { source: uri("u:1"), sourceLabel: word("One"), target: uri("u:2"), kind: word("targets") },
      { source: uri("u:1"), sourceLabel: word("One"), target: uri("u:2"), kind: word("targets") },
      { source: uri("u:1"), sourceLabel: word("One"), target: uri("u:1") },
    ] } });
    const { things, connections } = networkOfTable(table);
    expect(things.map(({ label, kind }) => [label, kind])).toEqual([["One", "Source"], ["2", "Target"]]);
    expect(connections).toHaveLength(1);
  });

  it("lie the same way each time, nothing on top of another", () => {
    const lay = () => {
      const network = networkOfTriples(parseTriples(text), "en", "https://example.org/");
      layOutNetwork(network, 1.5);
      return network.things.map(({ x, y }): [number, number] => [x, y]);
    };
    const [a, b] = lay();
    expect(lay()).toEqual([a, b]);
    expect(Math.hypot((a?.[0] ?? 0) - (b?.[0] ?? 0), (a?.[1] ?? 0) - (b?.[1] ?? 0))).toBeGreaterThan(20);
  });

  it("shrink to the best connected", () => {
    const triples = parseTriples(["b", "c", "d"].map((end) => `<u:a> <u:p> <u:${end}> .`).join("\n"));
    const { things, connections } = keepBestConnected(networkOfTriples(triples, "en", ""), 2);
    expect(things.map(({ id }) => id)).toEqual(["u:a", "u:b"]);
    expect(connections).toHaveLength(1);
  });
});
