/** A world map: countries shaded by a number, points where rows have coordinates. */

import { geoEqualEarth, geoPath, type GeoPermissibleObjects } from "d3-geo";
import type { FeatureCollection } from "geojson";
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import coarse from "world-atlas/countries-110m.json?url";
import fine from "world-atlas/countries-50m.json?url";
import { h, s } from "../dom";
import type { Drawing, Stage } from "../page/figures";
import { detailsOf, mainColumn, numericColumns, titleOf, wordsOf } from "../rdf/columns";
import { ask, type Data } from "../rdf/fetch";
import { linkTo } from "../rdf/links";
import type { Row, Table } from "../rdf/table";
import { number, say } from "../i18n";
import { beside, boxOf, shortened } from "./label-placement";
import { mark, rove } from "./roving-focus";
import { measureSwitch } from "./measure";
import { centred, panZoom, IDENTITY, type Transform } from "./panzoom";
import { amountOf, densest, grouped, placesOf, type Place } from "./map-places";
import { classesOf, classOf, legendOf } from "./color-classes";
import { Tip, tipWords } from "./tooltip";
import "./map.css";

type Atlas = Topology<{ countries: GeometryCollection }>;

/** Antarctica takes much room and holds nobody. */
const LEFT_OUT = "010";
const REACH = 16;
const DOT = 5;

/** Up to so many points are named on the map itself. */
const MOST_NAMED = 12;
const LONGEST = 28;

/** Beyond this zoom the coarse outlines show. */
const FINE_FROM = 4;
const MOST_ZOOM = 32;

interface World {
  countries: FeatureCollection;
  borders: GeoPermissibleObjects;
}

const worlds = new Map<string, Promise<World>>();

function loadWorld(address: string): Promise<World> {
  const known = worlds.get(address) ?? ask(address).then(async (response) => {
    const atlas = (await response.json()) as Atlas;
    const countries = feature(atlas, atlas.objects.countries) as FeatureCollection;
    countries.features = countries.features.filter(({ id }) => id !== LEFT_OUT);
    return { countries, borders: mesh(atlas, atlas.objects.countries, (one, other) => one !== other) };
  });
  worlds.set(address, known);
  return known;
}

export async function draw(stage: Stage, data: Data): Promise<Drawing> {
  if (!("table" in data)) throw new Error(say("cannot.table"));
  const { table } = data;
  const places = placesOf(table);
  if (!places.length) throw new Error(say("cannot.places"));
  const measures = numericColumns(table);
  const map = new WorldMap(stage, table, places, await loadWorld(coarse));
  map.show(measures[0]);
  map.goHome();
  const choice = measureSwitch(table, measures, (column) => map.show(column));
  if (choice) stage.box.prepend(choice);
  return { summary: map.summary(), resize: () => map.resize() };
}

class WorldMap {
  private readonly svg = s("svg", { class: "map", role: "group" });
  private readonly ground = s("g", { class: "ground" });
  private readonly dots = s("g", { class: "dots" });
  private readonly legend = h("ul", { class: "legend" });
  private readonly list = h("div", { class: "here", role: "status" });
  private readonly tip: Tip;
  private countryMarks: SVGElement[] = [];
  private readonly roved = rove(this.svg, () => [...this.countryMarks, ...this.dots.querySelectorAll<SVGElement>(".mark")]);
  private readonly zoom: ReturnType<typeof panZoom>;
  private readonly main: string;
  private readonly shaded: Place[];
  private readonly points: Place[];
  private refined = false;
  private readonly projection = geoEqualEarth();
  private size: [number, number] = [0, 0];
  private at: Transform = IDENTITY;
  private measure: string | undefined;
  private ends: number[] = [];

  constructor(
    private readonly stage: Stage, private readonly table: Table, places: Place[],
    private world: World,
  ) {
    const shapes = new Set(world.countries.features.map(({ id }) => id));
    this.main = mainColumn(table) ?? "";
    this.shaded = places.filter(({ id }) => id !== undefined && shapes.has(id));
    this.points = places.filter((place) => place.at && !this.shaded.includes(place));
    this.svg.setAttribute("aria-label", `${stage.label}. ${say("keys")}`);
    this.svg.append(this.ground, this.dots);
    this.zoom = panZoom(this.svg, () => this.size, (t) => this.move(t), MOST_ZOOM, () => this.home(), () => densest(this.spots(), this.size[0] / 12));
    const frame = h("div", { class: "drawing" }, this.svg, this.zoom.buttons);
    stage.box.append(frame, this.legend, this.list);
    this.tip = new Tip(frame);
  }

  /** Shade by a column; without one, by the number of rows. */
  show(measure: string | undefined): void {
    this.measure = measure;
    const amounts = [...this.shaded, ...this.countryDots()].map((place) => amountOf(place, measure)).filter((value) => value > 0);
    this.ends = classesOf(amounts);
    this.legend.replaceChildren(
      ...(amounts.length > 0
        ? [
            h("li", { class: "legend-title" }, measure ? titleOf(this.table, measure) : say("count")),
            ...legendOf(amounts).map(({ words, shade }) => h("li", {}, h("i", { class: `swatch q${shade}` }), words)),
            h("li", {}, h("i", { class: "swatch q0" }), say("map.data")),
          ]
        : []),
    );
    this.resize();
  }

  resize(): void {
    const width = Math.max(260, this.stage.box.clientWidth);
    this.size = [width, Math.round(width * 0.47)];
    this.svg.setAttribute("viewBox", `0 0 ${this.size.join(" ")}`);
    this.projection.fitExtent([[2, 2], [this.size[0] - 2, this.size[1] - 2]], this.world.countries);
    this.drawGround();
    this.zoom.set(this.at);
  }

  /** Show what the table is about: the whole world, or the part of it where everything lies. */
  goHome(): void {
    this.zoom.set(this.home());
  }

  private home(): Transform {
    const [width, height] = this.size;
    const spots = this.spots();
    if (spots.length < this.shaded.length + this.points.length) return IDENTITY;
    const [xs, ys] = [spots.map(([x]) => x), spots.map(([, y]) => y)];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    // Leave the neighbours in sight, so that one sees where in the world this is.
    const k = Math.min(MOST_ZOOM / 2, (width * 0.6) / Math.max(1, right - left), (height * 0.6) / Math.max(1, bottom - top));
    return k < 1.5 ? IDENTITY : centred(k, [(left + right) / 2, (top + bottom) / 2], width, height);
  }

  private spots(): [number, number][] {
    return [...this.shaded, ...this.points].flatMap(({ at }) => (at ? [this.projection(at)] : [])).filter((spot) => spot !== null);
  }

  private drawGround(): void {
    const path = geoPath(this.projection);
    const byId = new Map(this.shaded.map((place) => [place.id, place]));
    const marks = new Map<Place, SVGElement>();
    this.ground.replaceChildren(...this.world.countries.features.map((country) => {
      const place = byId.get(country.id === undefined ? "" : String(country.id));
      const shape = s("path", { d: path(country) ?? "" });
      const amount = place ? amountOf(place, this.measure) : 0;
      shape.setAttribute("class", `land q${amount > 0 ? classOf(amount, this.ends) : 0}`);
      if (!place || amount <= 0) return shape;
      const made = this.markOf(place, shape);
      marks.set(place, made);
      return made;
    }), s("path", { class: "borders", d: path(this.world.borders) ?? "" }));
    this.countryMarks = [...marks].sort(([a], [b]) => amountOf(b, this.measure) - amountOf(a, this.measure)).map(([, one]) => one);
    this.roved();
  }

  summary(): string {
    if (!this.shaded.length) return say("map.points", this.points.reduce((sum, { rows }) => sum + rows.length, 0), this.points.length);
    const highest = [...this.shaded].sort((a, b) => amountOf(b, this.measure) - amountOf(a, this.measure)).slice(0, 3);
    return say("map.summary", this.shaded.length + this.points.length,
      highest.map((place) => `${this.nameOf(place)} (${number(amountOf(place, this.measure))})`).join(", "));
  }

  private move(t: Transform): void {
    this.at = t;
    this.ground.setAttribute("transform", `translate(${t.x} ${t.y}) scale(${t.k})`);
    this.tip.hide();
    this.placeDots();
    if (t.k >= FINE_FROM && !this.refined) void this.refine();
  }

  /** Nearer by, draw finer outlines; where they do not come, the coarse ones stay. */
  private async refine(): Promise<void> {
    this.refined = true;
    try {
      this.world = await loadWorld(fine);
    } catch {
      return;
    }
    this.drawGround();
  }

  /** Small countries have no shape at this scale; a dot stands for them. */
  private countryDots(): Place[] {
    return this.points.filter(({ id }) => id !== undefined);
  }

  private placeDots(): void {
    const { k, x, y } = this.at;
    const seen = this.points.flatMap((member) => {
      const spot = member.at && this.projection(member.at);
      if (!spot || (member.id && amountOf(member, this.measure) <= 0)) return [];
      return [{ x: spot[0] * k + x, y: spot[1] * k + y, weight: member.rows.length, member }];
    });
    const single = seen.filter(({ member }) => member.id);
    const groups = grouped(seen.filter(({ member }) => !member.id), REACH);
    const focused = document.activeElement instanceof SVGElement && this.dots.contains(document.activeElement);
    this.dots.replaceChildren(
      ...groups.map((group) => this.groupMark(group.x, group.y, group.members)),
      ...single.map(({ x: cx, y: cy, member }) =>
        this.markOf(member, s("circle", { cx, cy, r: DOT, class: `dot q${classOf(amountOf(member, this.measure), this.ends)}` }))),
    );
    if (!this.measure && groups.length <= MOST_NAMED) this.nameDots(groups);
    this.roved();
    if (focused) this.dots.querySelector<SVGElement>(".mark")?.focus();
  }

  /** Write beside each point what lies there, where there is room and it is one thing. */
  private nameDots(groups: { x: number; y: number; members: Place[] }[]): void {
    const boxes = groups.map((group) => boxOf(group, group.x, group.y, group.members.length > 1 ? REACH : DOT));
    const taken = [...boxes];
    groups.forEach(({ x, y, members }, place) => {
      const [only, ...others] = distinct(members.flatMap(({ rows }) => rows), (row) => this.key(row));
      const box = boxes[place];
      if (!only || others.length || !box) return;
      const name = s("text", { class: "name", y, dy: "0.35em", "aria-hidden": "true" }, shortened(wordsOf(only, this.main), LONGEST));
      this.dots.append(name);
      const { dx, anchor, free } = beside(box, name.getComputedTextLength(), taken, this.size[0]);
      if (!free) return name.remove();
      name.setAttribute("x", String(x + dx));
      name.setAttribute("text-anchor", anchor);
    });
  }

  private markOf(place: Place, shape: SVGElement): SVGElement {
    const row = place.rows[0];
    const name = this.nameOf(place);
    const amount = number(amountOf(place, this.measure));
    const made = mark(`${name}: ${amount}`, row && this.hrefOf(row), shape);
    this.tip.on(made, () => tipWords(name, row && place.rows.length === 1
      ? detailsOf(this.table, row, this.main) : [[this.measure ? titleOf(this.table, this.measure) : say("count"), amount]]));
    return made;
  }

  private groupMark(cx: number, cy: number, places: Place[]): SVGElement {
    const rows = distinct(places.flatMap((place) => place.rows), (row) => this.key(row));
    const { measure } = this;
    const amount = measure ? places.reduce((sum, place) => sum + amountOf(place, measure), 0) : rows.length;
    const plain = measure ? amount <= 0 : rows.length === 1;
    const radius = plain ? DOT : Math.min(26, 7 + 2.2 * Math.sqrt(measure ? (20 * amount) / this.most() : amount));
    const circle = s("circle", { cx, cy, r: radius, class: `dot ${measure && plain ? "q0" : "point"}` });
    const written = plain ? [] : [s("text", { x: cx, y: cy, dy: "0.35em", "text-anchor": "middle" }, number(amount))];
    const [only] = rows;
    if (rows.length === 1 && only) {
      const name = wordsOf(only, this.main);
      const made = mark(measure ? `${name}: ${number(amount)}` : name, this.hrefOf(only), circle, ...written);
      this.tip.on(made, () => tipWords(name, detailsOf(this.table, only, this.main)));
      return made;
    }
    const words = say("here", rows.length) + (measure ? `: ${number(amount)}` : "");
    const made = s("g", { class: "mark group", role: "button", tabindex: -1, "aria-label": words },
      circle, ...written);
    const names = rows.slice(0, 6).map((row): [string, string] =>
      [measure ? wordsOf(row, this.main) : "", wordsOf(row, measure ?? this.main)]);
    if (rows.length > names.length) names.push(["", say("more", rows.length - names.length)]);
    this.tip.on(made, () => tipWords(words, names));
    const open = (): void => this.listRows(words, rows);
    made.addEventListener("click", () => !this.zoom.moved() && open());
    made.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      open();
    });
    return made;
  }

  /** The greatest amount at any point. */
  private most(): number {
    return Math.max(1, ...this.points.map((place) => amountOf(place, this.measure)));
  }

  /** What lies at one place, under the map. */
  private listRows(words: string, rows: Row[]): void {
    this.list.replaceChildren(h("p", { class: "here-title" }, words), h("ul", {}, ...rows.map((row) => {
      const href = this.hrefOf(row);
      const name = wordsOf(row, this.main);
      const details = [...new Set(detailsOf(this.table, row, this.main).map(([, value]) => value))].join(" · ");
      return h("li", {}, href ? h("a", { href }, name) : name, details ? h("span", { class: "hint" }, ` ${details}`) : null);
    })));
    this.list.querySelector("a")?.focus({ preventScroll: true });
  }

  private nameOf(place: Place): string {
    return place.rows[0] ? wordsOf(place.rows[0], this.main) : "";
  }

  private key(row: Row): string {
    return row.cells[this.main]?.value ?? "";
  }

  private hrefOf(row: Row): string | undefined {
    const cell = row.cells[this.main];
    return row.href ?? (cell?.kind === "iri" ? linkTo(cell.value) : undefined);
  }
}

function distinct<T>(values: readonly T[], key: (value: T) => string): T[] {
  return [...new Map(values.map((value) => [key(value), value])).values()];
}
