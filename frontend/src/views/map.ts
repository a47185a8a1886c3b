/** A world map: countries coloured by a number, points where rows have coordinates. */

import { geoEqualEarth, geoPath, type GeoPermissibleObjects } from "d3-geo";
import type { FeatureCollection } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import coarseAtlas from "world-atlas/countries-110m.json?url";
import fineAtlas from "world-atlas/countries-50m.json?url";
import { h, s } from "../dom";
import { formatNumber, translate } from "../i18n";
import { detailsOf, mainColumn, numericColumns, textOf, titleOf } from "../rdf/columns";
import { request, type Data } from "../rdf/fetch";
import { linkOfRow } from "../rdf/links";
import type { Row, Table } from "../rdf/table";
import { classBounds, colorOf, legendOf } from "./color-classes";
import { boxOfMark, placeLabel, shortenText } from "./label-placement";
import { amountOf, densestPoint, groupPoints, placesOf, type Place, type PointGroup } from "./map-places";
import { measureSwitch } from "./measure";
import { addPanZoom, boundsOf, centerOn, IDENTITY, type PanZoom, type Transform } from "./panzoom";
import { addRovingFocus, createMark } from "./roving-focus";
import { Tooltip, tooltipContent } from "./tooltip";
import { createSvg, describeHighest, drawingWidth, requireTable, type Drawing, type Stage } from "./view";
import "./map.css";

type Atlas = Topology<{ countries: GeometryCollection }>;

/** Antarctica, which takes much room and has no inhabitants. */
const OMITTED_COUNTRY = "010";
/** Points closer than this are drawn as one. */
const GROUP_PIXELS = 16;
const DOT_RADIUS_PIXELS = 5;
const MAX_DOT_RADIUS_PIXELS = 26;

/** Up to so many points have their names on the map. */
const MAX_NAMED_POINTS = 12;
const MAX_NAME_LENGTH = 28;
const MAX_NAMES_IN_TOOLTIP = 6;

/** From this zoom on the coarse outlines of countries would look wrong. */
const MIN_FINE_ZOOM = 4;
const MAX_ZOOM = 32;
/** A home closer to the world than this is the world. */
const MIN_HOME_ZOOM = 1.5;

interface World {
  countries: FeatureCollection;
  borders: GeoPermissibleObjects;
}

const worlds = new Map<string, Promise<World>>();

function loadWorld(address: string): Promise<World> {
  const world = worlds.get(address) ?? request(address).then(async (response) => {
    const atlas = (await response.json()) as Atlas;
    const countries = feature(atlas, atlas.objects.countries) as FeatureCollection;
    countries.features = countries.features.filter(({ id }) => id !== OMITTED_COUNTRY);
    return { countries, borders: mesh(atlas, atlas.objects.countries, (a, b) => a !== b) };
  });
  worlds.set(address, world);
  return world;
}

export async function draw(stage: Stage, data: Data): Promise<Drawing> {
  const table = requireTable(data);
  const places = placesOf(table);
  if (!places.length) throw new Error(translate("cannot.places"));
  const measures = numericColumns(table);
  const map = new WorldMap(stage, table, places, await loadWorld(coarseAtlas));
  map.showMeasure(measures[0]);
  map.goHome();
  const choice = measureSwitch(table, measures, (column) => map.showMeasure(column));
  if (choice) stage.box.prepend(choice);
  return { summary: map.summary(), resize: () => map.resize() };
}

class WorldMap {
  private readonly svg: SVGSVGElement;
  private readonly ground = s("g", { class: "ground" });
  private readonly dots = s("g", { class: "dots" });
  private readonly legend = h("ul", { class: "legend" });
  private readonly placeList = h("div", { class: "here", role: "status" });
  private readonly tooltip: Tooltip;
  private readonly resetFocus: () => void;
  private readonly panZoom: PanZoom;
  private readonly projection = geoEqualEarth();
  private readonly main: string;
  /** The places whose countries have an outline in the atlas. */
  private readonly countries: Place[];
  /** The other places: rows with coordinates, and countries that are too small for an outline. */
  private readonly points: Place[];
  private countryMarks: SVGElement[] = [];
  private size: [number, number] = [0, 0];
  private zoom: Transform = IDENTITY;
  private isFine = false;
  /** The column that is shown; without one, the number of rows is. */
  private measure: string | undefined;
  private bounds: number[] = [];

  constructor(
    private readonly stage: Stage, private readonly table: Table, places: Place[],
    private world: World,
  ) {
    const outlinedIds = new Set(world.countries.features.map(({ id }) => id));
    this.main = mainColumn(table) ?? "";
    this.countries = places.filter(({ countryId }) => countryId !== undefined && outlinedIds.has(countryId));
    this.points = places.filter((place) => place.point && !this.countries.includes(place));
    this.svg = createSvg("map", stage.label);
    this.svg.append(this.ground, this.dots);
    this.resetFocus = addRovingFocus(this.svg, () => [...this.countryMarks, ...this.dots.querySelectorAll<SVGElement>(".mark")]);
    this.panZoom = addPanZoom(this.svg, {
      getSize: () => this.size, apply: (transform) => this.applyZoom(transform), maxZoom: MAX_ZOOM, getHome: () => this.home(),
      getCenterOfInterest: () => densestPoint(this.projectPlaces(), this.size[0] / 12),
    });
    const frame = h("div", { class: "drawing" }, this.svg, this.panZoom.buttons);
    stage.box.append(frame, this.legend, this.placeList);
    this.tooltip = new Tooltip(frame);
  }

  /** Colour by a column; without one, by the number of rows. */
  showMeasure(measure: string | undefined): void {
    this.measure = measure;
    const amounts = [...this.countries, ...this.points.filter(({ countryId }) => countryId !== undefined)]
      .map((place) => this.amountOf(place)).filter((amount) => amount > 0);
    this.bounds = classBounds(amounts);
    this.legend.replaceChildren(...(amounts.length > 0 ? [
      h("li", { class: "legend-title" }, this.measureTitle()),
      ...legendOf(amounts).map(({ text, color }) => h("li", {}, h("i", { class: `swatch q${color}` }), text)),
      h("li", {}, h("i", { class: "swatch q0" }), translate("map.no-data")),
    ] : []));
    this.resize();
  }

  resize(): void {
    const width = drawingWidth(this.stage.box);
    const height = Math.round(width * 0.47);
    this.size = [width, height];
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.projection.fitExtent([[2, 2], [width - 2, height - 2]], this.world.countries);
    this.drawGround();
    this.panZoom.setTransform(this.zoom);
  }

  goHome(): void {
    this.panZoom.setTransform(this.home());
  }

  summary(): string {
    const { countries, points } = this;
    if (!countries.length) return translate("map.points", points.reduce((sum, { rows }) => sum + rows.length, 0), points.length);
    return translate("map.summary", countries.length + points.length,
      describeHighest(countries, (place) => this.nameOf(place), (place) => this.amountOf(place)));
  }

  /** The part of the world in which all places lie; the whole world where that is little less. */
  private home(): Transform {
    const [width, height] = this.size;
    const points = this.projectPlaces();
    if (points.length < this.countries.length + this.points.length) return IDENTITY;
    const bounds = boundsOf(points);
    // The neighbourhood stays visible, so that readers see where in the world this is.
    const k = Math.min(MAX_ZOOM / 2, (width * 0.6) / Math.max(1, bounds.width), (height * 0.6) / Math.max(1, bounds.height));
    return k < MIN_HOME_ZOOM ? IDENTITY : centerOn(k, bounds.center, width, height);
  }

  private projectPlaces(): [number, number][] {
    return [...this.countries, ...this.points].map((place) => this.project(place)).filter((point) => point !== null);
  }

  private project({ point }: Place): [number, number] | null {
    return point && this.projection(point);
  }

  private drawGround(): void {
    const pathOf = geoPath(this.projection);
    const placesById = new Map(this.countries.map((place) => [place.countryId, place]));
    const marks: { amount: number; mark: SVGElement }[] = [];
    this.ground.replaceChildren(...this.world.countries.features.map((country) => {
      const place = placesById.get(country.id === undefined ? "" : String(country.id));
      const amount = place ? this.amountOf(place) : 0;
      const outline = s("path", { d: pathOf(country) ?? "", class: `land q${amount > 0 ? colorOf(amount, this.bounds) : 0}` });
      if (!place || amount <= 0) return outline;
      const mark = this.createPlaceMark(place, outline);
      marks.push({ amount, mark });
      return mark;
    }), s("path", { class: "borders", d: pathOf(this.world.borders) ?? "" }));
    this.countryMarks = marks.sort((a, b) => b.amount - a.amount).map(({ mark }) => mark);
    this.resetFocus();
  }

  private applyZoom(transform: Transform): void {
    const { k, x, y } = (this.zoom = transform);
    this.ground.setAttribute("transform", `translate(${x} ${y}) scale(${k})`);
    this.tooltip.hide();
    this.drawDots();
    if (k >= MIN_FINE_ZOOM && !this.isFine) void this.drawFineOutlines();
  }

  /** Draw finer outlines; where they cannot be loaded, the coarse ones stay. */
  private async drawFineOutlines(): Promise<void> {
    this.isFine = true;
    try {
      this.world = await loadWorld(fineAtlas);
    } catch {
      return;
    }
    this.drawGround();
  }

  private drawDots(): void {
    const { k, x, y } = this.zoom;
    const dots = this.points.flatMap((member) => {
      const point = this.project(member);
      if (!point || (member.countryId && this.amountOf(member) <= 0)) return [];
      return [{ x: point[0] * k + x, y: point[1] * k + y, weight: member.rows.length, member }];
    });
    const groups = groupPoints(dots.filter(({ member }) => !member.countryId), GROUP_PIXELS);
    const hadFocus = document.activeElement instanceof SVGElement && this.dots.contains(document.activeElement);
    this.dots.replaceChildren(
      ...groups.map((group) => this.createGroupMark(group)),
      ...dots.filter(({ member }) => member.countryId).map(({ x: cx, y: cy, member }) => this.createPlaceMark(member,
        s("circle", { cx, cy, r: DOT_RADIUS_PIXELS, class: `dot q${colorOf(this.amountOf(member), this.bounds)}` }))),
    );
    if (!this.measure && groups.length <= MAX_NAMED_POINTS) this.nameDots(groups);
    this.resetFocus();
    if (hadFocus) this.dots.querySelector<SVGElement>(".mark")?.focus();
  }

  /** Write the name beside each dot that stands for one thing, where there is room. */
  private nameDots(groups: PointGroup<Place>[]): void {
    const boxes = groups.map((group) => boxOfMark(group, group.x, group.y, group.members.length > 1 ? GROUP_PIXELS : DOT_RADIUS_PIXELS));
    const takenBoxes = [...boxes];
    groups.forEach(({ x, y, members }, index) => {
      const [row, ...otherRows] = this.distinctRows(members);
      const box = boxes[index];
      if (!row || otherRows.length || !box) return;
      const name = s("text", { class: "name", y, dy: "0.35em", "aria-hidden": "true" }, shortenText(textOf(row, this.main), MAX_NAME_LENGTH));
      this.dots.append(name);
      const { dx, anchor, fits } = placeLabel(box, name.getComputedTextLength(), takenBoxes, this.size[0]);
      if (!fits) return name.remove();
      name.setAttribute("x", String(x + dx));
      name.setAttribute("text-anchor", anchor);
    });
  }

  /** A mark for a country. */
  private createPlaceMark(place: Place, shape: SVGElement): SVGElement {
    const row = place.rows[0];
    const name = this.nameOf(place);
    const amount = formatNumber(this.amountOf(place));
    const mark = createMark(`${name}: ${amount}`, row && linkOfRow(row, this.main), shape);
    this.tooltip.attach(mark, () => tooltipContent(name, row && place.rows.length === 1
      ? detailsOf(this.table, row, this.main) : [[this.measureTitle(), amount]]));
    return mark;
  }

  /** A mark for points that lie close together: a link where they are one thing, else a button that lists the things. */
  private createGroupMark({ x, y, members }: PointGroup<Place>): SVGElement {
    const { measure } = this;
    const rows = this.distinctRows(members);
    const amount = measure ? members.reduce((sum, place) => sum + this.amountOf(place), 0) : rows.length;
    const isPlain = measure ? amount <= 0 : rows.length === 1;
    const relativeAmount = measure ? (20 * amount) / Math.max(1, ...this.points.map((place) => this.amountOf(place))) : amount;
    const radius = isPlain ? DOT_RADIUS_PIXELS : Math.min(MAX_DOT_RADIUS_PIXELS, 7 + 2.2 * Math.sqrt(relativeAmount));
    const shapes: SVGElement[] = [s("circle", { cx: x, cy: y, r: radius, class: `dot ${measure && isPlain ? "q0" : "point"}` })];
    if (!isPlain) shapes.push(s("text", { x, y, dy: "0.35em", "text-anchor": "middle" }, formatNumber(amount)));
    const [row] = rows;
    const name = (row && rows.length === 1 ? textOf(row, this.main) : translate("here", rows.length));
    const label = measure ? `${name}: ${formatNumber(amount)}` : name;
    if (row && rows.length === 1) {
      const mark = createMark(label, linkOfRow(row, this.main), ...shapes);
      this.tooltip.attach(mark, () => tooltipContent(name, detailsOf(this.table, row, this.main)));
      return mark;
    }
    const mark = s("g", { class: "mark group", role: "button", tabindex: -1, "aria-label": label }, ...shapes);
    const pairs = rows.slice(0, MAX_NAMES_IN_TOOLTIP).map((listed): [string, string] =>
      [measure ? textOf(listed, this.main) : "", textOf(listed, measure ?? this.main)]);
    if (rows.length > pairs.length) pairs.push(["", translate("more", rows.length - pairs.length)]);
    this.tooltip.attach(mark, () => tooltipContent(label, pairs));
    mark.addEventListener("click", () => !this.panZoom.wasDragged() && this.listRows(label, rows));
    mark.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.listRows(label, rows);
    });
    return mark;
  }

  /** List the things of a group under the map. */
  private listRows(title: string, rows: Row[]): void {
    this.placeList.replaceChildren(h("p", { class: "here-title" }, title), h("ul", {}, ...rows.map((row) => {
      const href = linkOfRow(row, this.main);
      const name = textOf(row, this.main);
      const details = [...new Set(detailsOf(this.table, row, this.main).map(([, text]) => text))].join(" · ");
      return h("li", {}, href ? h("a", { href }, name) : name, details ? h("span", { class: "hint" }, ` ${details}`) : null);
    })));
    this.placeList.querySelector("a")?.focus({ preventScroll: true });
  }

  private amountOf(place: Place): number {
    return amountOf(place, this.measure);
  }

  private measureTitle(): string {
    return this.measure ? titleOf(this.table, this.measure) : translate("count");
  }

  private nameOf(place: Place): string {
    return place.rows[0] ? textOf(place.rows[0], this.main) : "";
  }

  /** One row for each thing at some places: the last, where a thing has several. */
  private distinctRows(places: Place[]): Row[] {
    const rows = places.flatMap((place) => place.rows);
    return [...new Map(rows.map((row) => [row.cells[this.main]?.value ?? "", row])).values()];
  }
}
