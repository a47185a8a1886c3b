import { describe, expect, it } from "vitest";
import { fromResults } from "../src/rdf/table";
import { createAxis } from "../src/views/axes";
import { boxOfMark, placeLabel, shortenText } from "../src/views/label-placement";
import { centerOn, IDENTITY, keepInFrame, zoomAt } from "../src/views/panzoom";
import { amountOf, atlasId, densestPoint, groupPoints, placesOf } from "../src/views/map-places";
import { classBounds, colorOf, legendOf } from "../src/views/color-classes";
import { chooseColorStep, layOutSankey, type Flow } from "../src/views/sankey-layout";

describe("places", () => {
  it("join ISO codes to the atlas and rows of one place to one another", () => {
    expect([atlasId("AT"), atlasId("us"), atlasId("SG"), atlasId("??")]).toEqual(["040", "840", "702", undefined]);
    const number = (value: string) => ({ type: "literal", value, datatype: "http://www.w3.org/2001/XMLSchema#integer" });
    const word = (value: string) => ({ type: "literal", value });
    const places = placesOf(fromResults({ head: { vars: ["isoCode", "n", "coordinates"] }, results: { bindings: [
      { isoCode: word("AT"), n: number("2") }, { isoCode: word("AT"), n: number("3") },
      { coordinates: word("Point(1 2)") }, { n: number("9") },
    ] } }));
    expect(places.map((place) => [place.countryId, place.rows.length, amountOf(place, "n"), amountOf(place, undefined)]))
      .toEqual([["040", 2, 5, 2], [undefined, 1, 0, 1]]);
  });

  it("group what is near and keep what is apart", () => {
    const point = (x: number, weight: number, member: string) => ({ x, y: 0, weight, member });
    const groups = groupPoints([point(0, 1, "a"), point(4, 3, "b"), point(50, 1, "c")], 10);
    expect(groups.map(({ x, members }) => [x, members])).toEqual([[3, ["b", "a"]], [50, ["c"]]]);
    expect(densestPoint([[0, 0], [100, 0], [101, 0], [99, 0]], 5)).toEqual([100, 0]);
    expect(densestPoint([], 5)).toBeNull();
  });
});

describe("colour classes", () => {
  it("class whole numbers without gaps and give the highest the strongest colour", () => {
    const values = [1, 2, 4, 9];
    expect(legendOf(values).map(({ text }) => text)).toEqual(["1–2", "3–4", "5–6", "7–8", "9"]);
    expect(values.map((value) => colorOf(value, classBounds(values)))).toEqual([1, 1, 2, 5]);
    expect(colorOf(3, classBounds([3]))).toBe(5);
    expect(legendOf([1, 2]).map(({ color }) => color)).toEqual([1, 5]);
  });

  it("give axes that hold every value", () => {
    const { toPixels, ticks } = createAxis([2, 9], 0, 500, false);
    expect([toPixels(0), toPixels(9) <= 500]).toEqual([0, true]);
    expect(ticks.at(0)?.text).toBe("0");
    const years = createAxis([Date.UTC(2013, 0), Date.UTC(2019, 5)], 0, 600, true);
    expect(years.ticks.map(({ text }) => text)).toEqual(["2013", "2014", "2015", "2016", "2017", "2018", "2019", "2020"]);
    expect(years.toPixels(Date.UTC(2020, 0))).toBe(600);
  });
});

describe("zooming", () => {
  it("keeps the point under the pointer and the drawing over its frame", () => {
    const near = zoomAt(IDENTITY, 2, [30, 40], 16);
    expect(near).toEqual({ k: 2, x: -30, y: -40 });
    expect(centerOn(4, [10, 20], 100, 200)).toEqual({ k: 4, x: 10, y: 20 });
    expect(zoomAt(near, 0.1, [0, 0], 16).k).toBe(1);
    expect(keepInFrame({ k: 2, x: 50, y: -900 }, 100, 100)).toEqual({ k: 2, x: 0, y: -100 });
  });
});

describe("flows", () => {
  const flows: Flow[] = [
    { path: ["A", "kept"], weight: 3 },
    { path: ["B", "dropped"], weight: 1 },
    { path: [null, "added"], weight: 1 },
    { path: ["B", "kept"], weight: 1 },
    { path: ["C", "kept"], weight: 1 },
  ];

  it("take their colours from the step with the fewest values", () => {
    expect(chooseColorStep(flows)).toBe(1);
    expect(chooseColorStep([{ path: ["x", "y"], weight: 1 }])).toBe(0);
  });

  it("lose nothing on the way", () => {
    const { blocks, ribbons, height } = layOutSankey(flows, 1, 70, 17);
    const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
    for (const step of [0, 1]) expect(sum(blocks.filter((block) => block.step === step).map(({ weight }) => weight))).toBe(7);
    expect(sum(ribbons.map(({ weight }) => weight))).toBe(7);
    for (const block of blocks) {
      const touching = ribbons.filter(({ from, to }) => from === block || to === block);
      expect(sum(touching.map((ribbon) => ribbon.height))).toBeCloseTo(block.height);
      expect(block.y).toBeGreaterThanOrEqual(0);
      expect(block.y + block.height).toBeLessThanOrEqual(height);
    }
  });

  it("keep blocks apart far enough to write beside them", () => {
    const { blocks } = layOutSankey(flows, 1, 20, 17);
    for (const step of [0, 1]) {
      const middles = blocks.filter((block) => block.step === step).map(({ y, height }) => y + height / 2).sort((a, b) => a - b);
      middles.slice(1).forEach((middle, index) => expect(middle - (middles[index] ?? 0)).toBeGreaterThanOrEqual(16.9));
    }
  });
});

describe("names", () => {
  it("are cut between words", () => {
    expect(shortenText("Federal Ministry of Education and Research", 28)).toBe("Federal Ministry of…");
    expect(shortenText("Forschungszentrum", 10)).toBe("Forschung…");
    expect(shortenText("Short", 10)).toBe("Short");
  });
});

describe("a name beside a mark", () => {
  it("stands on the right, on the left where that is full, and nowhere where both are", () => {
    const marks = [boxOfMark("a", 50, 50, 5), boxOfMark("b", 70, 50, 5)];
    const taken = [...marks];
    const place = (index: number, width: number, most: number) => placeLabel(marks[index]!, width, taken, most);
    expect(place(0, 40, 200)).toEqual({ dx: -9, anchor: "end", fits: true });
    expect(place(1, 40, 200)).toEqual({ dx: 9, anchor: "start", fits: true });
    expect(placeLabel(boxOfMark("c", 90, 52, 5), 60, taken, 120).fits).toBe(false);
  });

  it("stays inside the drawing", () => {
    expect(placeLabel(boxOfMark("a", 90, 50, 5), 40, [], 100)).toEqual({ dx: -9, anchor: "end", fits: true });
    expect(placeLabel(boxOfMark("a", 20, 50, 5), 90, [], 100).fits).toBe(false);
  });
});
