import { describe, expect, it } from "vitest";
import { dateColumns, detailsOf, mainColumn, numberOf, numericColumns, pointOf, textColumns, timeOf, titleOf, viewsFor, textOf } from "../src/rdf/columns";
import { fromResults, withPage } from "../src/rdf/table";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const typed = (value: string, type: string) => ({ type: "literal", value, datatype: XSD + type });

const countries = fromResults({
  head: { vars: ["country", "countryLabel", "isoCode", "inConcept", "since", "coordinates"] },
  results: { bindings: [
    {
      country: { type: "uri", value: "https://example.org/id/country/AT" },
      countryLabel: { type: "literal", value: "Österreich", "xml:lang": "de" },
      isoCode: { type: "literal", value: "AT" },
      inConcept: typed("3", "integer"),
      since: typed("2014", "gYear"),
      coordinates: { type: "literal", value: "Point(14.1 47.6)" },
    },
    { country: { type: "uri", value: "https://example.org/id/country/XX" }, inConcept: typed("1", "integer") },
  ] },
});

describe("cells", () => {
  it("are numbers only where their datatype says so, or where they have none and read like one", () => {
    expect(numberOf({ kind: "literal", value: "2.5", datatype: `${XSD}decimal` })).toBe(2.5);
    expect(numberOf({ kind: "literal", value: "1,234" })).toBe(1234);
    expect(numberOf({ kind: "literal", value: "2014", datatype: `${XSD}gYear` })).toBeNull();
    expect(numberOf({ kind: "literal", value: "7", language: "en" })).toBeNull();
    expect(numberOf({ kind: "literal", value: "" })).toBeNull();
    expect(numberOf({ kind: "literal", value: "NaN", datatype: `${XSD}double` })).toBeNull();
  });

  it("are moments where they are dates", () => {
    expect(timeOf({ kind: "literal", value: "2014", datatype: `${XSD}gYear` })).toBe(Date.UTC(2014, 0));
    expect(timeOf({ kind: "literal", value: "2014-05", datatype: `${XSD}gYearMonth` })).toBe(Date.UTC(2014, 4));
    expect(timeOf({ kind: "literal", value: "2014-05-02", datatype: `${XSD}date` })).toBe(Date.UTC(2014, 4, 2));
    expect(timeOf({ kind: "literal", value: "2014-05-02T10:00:00+02:00", datatype: `${XSD}dateTime` })).toBe(Date.UTC(2014, 4, 2, 8));
    expect(timeOf({ kind: "literal", value: "2014-05-02" })).toBeNull();
  });

  it("are points where they are WKT points on the globe", () => {
    const wkt = (value: string) => pointOf({ kind: "literal", value });
    expect(wkt("Point(103.82 1.35)")).toEqual([103.82, 1.35]);
    expect(wkt("<http://www.opengis.net/def/crs/OGC/1.3/CRS84> POINT (-98.6 39.8)")).toEqual([-98.6, 39.8]);
    expect(wkt("Point(10 95)")).toBeNull();
    expect(wkt("LineString(1 2, 3 4)")).toBeNull();
    expect(pointOf(undefined)).toBeNull();
  });
});

describe("columns", () => {
  it("are told apart by what they hold", () => {
    expect(mainColumn(countries)).toBe("country");
    expect(numericColumns(countries)).toEqual(["inConcept"]);
    expect(dateColumns(countries)).toEqual(["since"]);
    expect(textColumns(countries)).toEqual(["country"]);
    expect(viewsFor(countries)).toEqual(["Table", "Map", "BarChart", "LineChart", "Timeline"]);
    expect(viewsFor(fromResults({ head: { vars: ["a"] }, results: { bindings: [] } }))).toEqual(["Table"]);
  });

  it("speak in labels, else in the end of an IRI", () => {
    const [first, second] = countries.rows;
    expect(first && textOf(first, "country")).toBe("Österreich");
    expect(second && textOf(second, "country")).toBe("XX");
    expect(first && detailsOf(countries, first, "country")).toEqual([["In concept", "3"], ["Since", "2014"]]);
  });

  it("take their titles from the page where it has any", () => {
    const page = { columns: [], titles: { inConcept: "Im Konzept" }, rows: [{ cells: {}, href: "/id/x" }] };
    const both = withPage(countries, page);
    expect(titleOf(both, "inConcept")).toBe("Im Konzept");
    expect(titleOf(both, "isoCode")).toBe("Iso code");
    expect(both.rows.map(({ href }) => href)).toEqual(["/id/x", undefined]);
  });
});
