import { describe, expect, it } from "vitest";
import { sortKeyComparator, sortKey } from "../src/page/sorting";
import { suggestionsIn } from "../src/page/search-suggestions";
import { fromResults } from "../src/rdf/table";

describe("sorting", () => {
  it("knows numbers of both languages, and leaves dates alone", () => {
    const keys = (language: string, ...texts: string[]) => texts.map((text) => sortKey(text, language));
    expect(keys("en", "1,234", "1,234.5", "12", "0.5", "71 %", "−3")).toEqual([1234, 1234.5, 12, 0.5, 71, -3]);
    expect(keys("de", "1.234", "1.234,5", "12", "0,5", "71 %", "−3")).toEqual([1234, 1234.5, 12, 0.5, 71, -3]);
    expect(keys("de", "2020-01-02", "  ")).toEqual(["2020-01-02", null]);
  });

  it("puts numbers by size before words as the language orders them", () => {
    const words = ["Zwickau", "10", "Öl", "9", "Ofen"].map((text) => sortKey(text, "de")).sort(sortKeyComparator("de"));
    expect(words).toEqual([9, 10, "Ofen", "Öl", "Zwickau"]);
  });
});

describe("suggestions", () => {
  const uri = (value: string) => ({ type: "uri", value });
  const word = (value: string) => ({ type: "literal", value });
  const table = fromResults({ head: { vars: ["thing", "thingLabel", "kind"] }, results: { bindings: [
    { thing: uri("https://b.example/id/a"), thingLabel: word("A"), kind: word("cluster") },
    { thing: uri("https://b.example/id/a"), thingLabel: word("A again"), kind: word("cluster") },
    { thing: uri("no IRI"), thingLabel: word("no") },
  ] } });

  it("name each thing once, with its kind, and only what can be gone to", () => {
    expect(suggestionsIn(table, "https://b.example/")).toEqual([{ label: "A", kind: "cluster", href: "/id/a" }]);
  });
});
