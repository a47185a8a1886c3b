/** A network that can be moved, zoomed, dragged and limited to some kinds. */

import { h, s } from "../dom";
import { formatNumber, language, translate } from "../i18n";
import type { Data } from "../rdf/fetch";
import { baseOf, linkTo } from "../rdf/links";
import { loadTermNames } from "../rdf/schema";
import { boxOfMark, placeLabel, shortenText, type Box } from "./label-placement";
import { keepBestConnected, layOutNetwork, networkOfTable, networkOfTriples, type Connection, type Network, type Thing } from "./network";
import { addPanZoom, boundsOf, centerOn, IDENTITY, type PanZoom, type Transform } from "./panzoom";
import { addRovingFocus, createMark } from "./roving-focus";
import { Tooltip, tooltipContent } from "./tooltip";
import { createSvg, describeHighest, drawingWidth, type Drawing, type Stage } from "./view";
import "./graph.css";

const MAX_THINGS = 400;
const MAX_LABEL_LENGTH = 28;
const PADDING_PIXELS = 28;
const MIN_HEIGHT_PIXELS = 380;
const MAX_HEIGHT_PIXELS = 720;
const MAX_INITIAL_ZOOM = 1.6;
/** The change of shape, as a logarithm, from which on a network is laid out anew. */
const MIN_SHAPE_CHANGE = 0.3;
const MIN_DRAG_PIXELS = 4;
const LINE_STYLES = 4;
/** How many kinds a legend shows before it folds the others away. */
const MAX_UNFOLDED_KINDS = 6;
/** So many more are shown at once, as the fold would take as much room. */
const MAX_EXTRA_KINDS = 2;

/** Outlines around (0, 0), one for each kind, so that readers need no colours to tell kinds apart. */
const SHAPES: ((r: number) => string)[] = [
  (r) => `M${-r},0A${r},${r},0,1,1,${r},0A${r},${r},0,1,1,${-r},0Z`,
  (r) => `M${-r * 0.9},${-r * 0.9}H${r * 0.9}V${r * 0.9}H${-r * 0.9}Z`,
  (r) => `M0,${-r * 1.25}L${r * 1.25},0L0,${r * 1.25}L${-r * 1.25},0Z`,
  (r) => `M0,${-r * 1.2}L${r * 1.15},${r * 0.85}H${-r * 1.15}Z`,
  (r) => `M0,${r * 1.2}L${r * 1.15},${-r * 0.85}H${-r * 1.15}Z`,
  (r) => `M${-r * 0.4},${-r}H${r * 0.4}V${-r * 0.4}H${r}V${r * 0.4}H${r * 0.4}V${r}H${-r * 0.4}V${r * 0.4}H${-r}V${-r * 0.4}H${-r * 0.4}Z`,
];

export async function draw(stage: Stage, data: Data): Promise<Drawing> {
  const whole = "table" in data ? networkOfTable(data.table) : networkOfTriples(data.triples, language, baseOf(), await loadTermNames());
  if (!whole.things.length) throw new Error(translate("cannot.connections"));
  const network = keepBestConnected(whole, MAX_THINGS);
  const { things, connections } = network;
  const drawing = new NetworkDrawing(stage, network);
  if (things.length < whole.things.length) {
    stage.box.append(h("p", { class: "hint" }, translate("graph.cut", things.length, whole.things.length)));
  }
  const mostConnected = describeHighest(things, ({ label }) => label, ({ degree }) => degree);
  return { summary: translate("graph.summary", things.length, connections.length, mostConnected), resize: () => drawing.resize() };
}

interface Node {
  thing: Thing;
  element: SVGElement;
  label: SVGTextElement;
  labelWidth: number;
}

/** The numbers of the kinds, in the order in which the drawings of this page met them: the same kind looks the same in all. */
const kindNumbers = { things: new Map<string, number>(), connections: new Map<string, number>() };

function kindNumber(of: keyof typeof kindNumbers, kind: string, styleCount: number): number {
  const numbers = kindNumbers[of];
  const number = numbers.get(kind) ?? numbers.size;
  numbers.set(kind, number);
  return number % styleCount;
}

function shapeNumber(thingKind: string): number {
  return kindNumber("things", thingKind, SHAPES.length);
}

function lineClass(connectionKind: string): string {
  return `link d${kindNumber("connections", connectionKind, LINE_STYLES)}`;
}

class NetworkDrawing {
  private readonly svg: SVGSVGElement;
  private readonly nodes: Node[];
  private readonly edges: { connection: Connection; path: SVGPathElement }[];
  private readonly hiddenThingKinds = new Set<string>();
  private readonly hiddenConnectionKinds = new Set<string>();
  private readonly panZoom: PanZoom;
  private readonly tooltip: Tooltip;
  private readonly resetFocus: () => void;
  private readonly emptyNote = h("p", { class: "empty", hidden: true }, translate("graph.empty"));
  private size: [number, number] = [0, 0];
  /** From the layout to the frame, before the reader zooms. */
  private fit: Transform = IDENTITY;
  private zoom: Transform = IDENTITY;

  constructor(private readonly stage: Stage, private readonly network: Network) {
    const { things, connections } = network;
    const thingKinds = sortByFrequency(things.map(({ kind }) => kind));
    const connectionKinds = sortByFrequency(connections.map(({ kind }) => kind));
    // The most frequent kinds get the first shapes and lines.
    thingKinds.forEach(shapeNumber);
    connectionKinds.forEach(lineClass);
    this.svg = createSvg("network", stage.label);
    this.panZoom = addPanZoom(this.svg, { getSize: () => this.size, apply: (transform) => this.place(transform) });
    const frame = h("div", { class: "drawing" }, this.svg, this.panZoom.buttons, this.emptyNote);
    stage.box.append(this.createLegend(thingKinds, connectionKinds), frame);
    this.tooltip = new Tooltip(frame);
    this.edges = connections.map((connection) => ({ connection, path: s("path", { class: lineClass(connection.kind) }) }));
    this.nodes = things.map((thing) => this.createNode(thing));
    const elements = this.nodes.toSorted((a, b) => thingKinds.indexOf(a.thing.kind) - thingKinds.indexOf(b.thing.kind)
      || a.thing.label.localeCompare(b.thing.label, language)).map(({ element }) => element);
    this.resetFocus = addRovingFocus(this.svg, () => elements.filter((element) => !element.classList.contains("off")));
    this.svg.append(s("g", { class: "links", "aria-hidden": "true" }, ...this.edges.map(({ path }) => path)), ...elements);
    for (const node of this.nodes) node.labelWidth = node.label.getComputedTextLength();
    this.resize(true);
    this.updateEmptyNote();
  }

  /** Fit the network to its frame; lay it out anew only where the frame has another shape. */
  resize(isFirst = false): void {
    const width = drawingWidth(this.stage.box);
    const height = Math.round(Math.max(MIN_HEIGHT_PIXELS, Math.min(MAX_HEIGHT_PIXELS, width * 0.62)));
    const [shape, shapeBefore] = [width / height, this.size[0] / this.size[1]];
    this.size = [width, height];
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    if (isFirst || Math.abs(Math.log(shape / shapeBefore)) > MIN_SHAPE_CHANGE) layOutNetwork(this.network, shape);
    const bounds = boundsOf(this.network.things.map(({ x, y }) => [x, y]));
    const k = Math.min((width - 2 * PADDING_PIXELS) / (bounds.width || 1), (height - 2 * PADDING_PIXELS) / (bounds.height || 1), MAX_INITIAL_ZOOM);
    this.fit = centerOn(k, bounds.center, width, height);
    this.panZoom.setTransform(IDENTITY);
  }

  private createNode(thing: Thing): Node {
    const shape = shapeNumber(thing.kind);
    const outline = s("path", { d: SHAPES[shape]?.(radiusOf(thing)) ?? "", class: `node c${shape + 1}` });
    const label = s("text", { "aria-hidden": "true" }, shortenText(thing.label, MAX_LABEL_LENGTH));
    const element = createMark(translate("graph.node", thing.label, thing.kind, thing.degree), linkTo(thing.id), outline, label);
    this.tooltip.attach(element, () => tooltipContent(thing.label, [[thing.kind, ""], ...this.countConnections(thing)]));
    for (const event of ["pointerenter", "focus"]) element.addEventListener(event, () => this.highlight(thing));
    for (const event of ["pointerleave", "blur"]) element.addEventListener(event, () => this.highlight(null));
    this.makeDraggable(element, thing);
    return { thing, element, label, labelWidth: 0 };
  }

  /** How many connections of each kind a thing has. */
  private countConnections(thing: Thing): [string, string][] {
    const kinds = this.network.connections.filter(({ source, target }) => source === thing || target === thing).map(({ kind }) => kind);
    return [...countValues(kinds)].map(([kind, count]) => [kind || translate("graph.links"), formatNumber(count)]);
  }

  private makeDraggable(element: SVGElement, thing: Thing): void {
    let dragStart: [number, number] | null = null;
    let dragged = false;
    element.addEventListener("pointerdown", (event) => {
      // The drawing must not move as well.
      event.stopPropagation();
      if (event.button !== 0) return;
      // A fast pointer leaves the mark between two events.
      element.setPointerCapture(event.pointerId);
      dragStart = [event.clientX, event.clientY];
      dragged = false;
    });
    element.addEventListener("pointermove", (event) => {
      if (!dragStart || (!dragged && Math.hypot(event.clientX - dragStart[0], event.clientY - dragStart[1]) < MIN_DRAG_PIXELS)) return;
      dragged = true;
      const frame = this.svg.getBoundingClientRect();
      const scale = this.size[0] / frame.width;
      const { k, x, y } = this.composeTransform();
      thing.x = ((event.clientX - frame.left) * scale - x) / k;
      thing.y = ((event.clientY - frame.top) * scale - y) / k;
      this.place(this.zoom);
    });
    for (const event of ["pointerup", "pointercancel"]) element.addEventListener(event, () => (dragStart = null));
    element.addEventListener("click", (event) => {
      if (dragged) event.preventDefault();
      dragged = false;
    });
  }

  /** From the layout to the frame, with the reader's zoom. */
  private composeTransform(): Transform {
    const { fit, zoom } = this;
    return { k: fit.k * zoom.k, x: fit.x * zoom.k + zoom.x, y: fit.y * zoom.k + zoom.y };
  }

  /** Place everything at a zoom. Marks and letters keep their size, so a higher zoom has room for more labels. */
  private place(zoom: Transform): void {
    this.zoom = zoom;
    this.tooltip.hide();
    const { k, x, y } = this.composeTransform();
    const positionOf = (thing: Thing): [number, number] => [thing.x * k + x, thing.y * k + y];
    for (const { connection, path } of this.edges) {
      path.setAttribute("d", connectionPath(positionOf(connection.source), positionOf(connection.target), connection.parallelIndex));
      path.classList.toggle("off", this.isHidden(connection));
    }
    const boxOf = (thing: Thing): Box => boxOfMark(thing, ...positionOf(thing), radiusOf(thing));
    const takenBoxes = this.network.things.filter(({ kind }) => !this.hiddenThingKinds.has(kind)).map(boxOf);
    for (const { thing, element, label, labelWidth } of this.nodes.toSorted((a, b) => b.thing.degree - a.thing.degree)) {
      const hidden = this.hiddenThingKinds.has(thing.kind);
      element.classList.toggle("off", hidden);
      const [nodeX, nodeY] = positionOf(thing);
      element.setAttribute("transform", `translate(${nodeX.toFixed(1)} ${nodeY.toFixed(1)})`);
      if (hidden) continue;
      const { dx, anchor, fits } = placeLabel(boxOf(thing), labelWidth, takenBoxes, this.size[0]);
      label.setAttribute("x", String(dx));
      label.setAttribute("text-anchor", anchor);
      // A label without room is shown only while its mark has the pointer or the focus.
      label.classList.toggle("crowded", !fits);
    }
  }

  /** Highlight a thing with its neighbours; nothing for null. */
  private highlight(thing: Thing | null): void {
    this.svg.classList.toggle("focused", thing !== null);
    const near = new Set<Thing | null>([thing]);
    for (const { connection, path } of this.edges) {
      const touchesThing = connection.source === thing || connection.target === thing;
      path.classList.toggle("near", touchesThing);
      if (touchesThing && !this.isHidden(connection)) near.add(connection.source).add(connection.target);
    }
    for (const node of this.nodes) node.element.classList.toggle("near", near.has(node.thing));
  }

  private isHidden({ kind, source, target }: Connection): boolean {
    return this.hiddenConnectionKinds.has(kind) || this.hiddenThingKinds.has(source.kind) || this.hiddenThingKinds.has(target.kind);
  }

  /** The legend, in which each kind can be switched off. */
  private createLegend(thingKinds: string[], connectionKinds: string[]): HTMLElement {
    const things = thingKinds.map((kind) => {
      const shape = shapeNumber(kind);
      return this.createSwitch(this.hiddenThingKinds, kind, s("path", { class: `node c${shape + 1}`, d: SHAPES[shape]?.(7) ?? "" }));
    });
    const connections = connectionKinds.map((kind) =>
      this.createSwitch(this.hiddenConnectionKinds, kind, s("path", { class: lineClass(kind), d: "M-10,0H10" })));
    return h("div", { class: "kinds" }, createSwitchGroup(translate("graph.kinds"), things),
      connections.length > 1 ? createSwitchGroup(translate("graph.links"), connections) : null);
  }

  private createSwitch(hiddenKinds: Set<string>, kind: string, picture: SVGElement): HTMLElement {
    const input = h("input", { type: "checkbox", checked: true, change: () => {
      if (input.checked) hiddenKinds.delete(kind);
      else hiddenKinds.add(kind);
      this.place(this.zoom);
      this.updateEmptyNote();
    } });
    return h("label", { class: "chip" }, input,
      s("svg", { viewBox: "-10 -10 20 20", "aria-hidden": "true" }, picture), kind || translate("graph.other"));
  }

  private updateEmptyNote(): void {
    this.emptyNote.hidden = this.network.things.some(({ kind }) => !this.hiddenThingKinds.has(kind));
    this.resetFocus();
  }
}

/** Switches under a title; where there are many, the rare kinds are folded away. */
function createSwitchGroup(title: string, switches: HTMLElement[]): HTMLElement {
  const folded = switches.length > MAX_UNFOLDED_KINDS + MAX_EXTRA_KINDS ? switches.splice(MAX_UNFOLDED_KINDS) : [];
  return h("fieldset", { class: "chips" }, h("legend", {}, title), ...switches,
    folded.length ? h("details", {}, h("summary", {}, translate("graph.more", folded.length)), h("div", {}, ...folded)) : null);
}

function radiusOf({ degree }: Thing): number {
  return Math.min(14, 5 + Math.sqrt(degree));
}

/** A line between two places. Further connections between the same two are curved, so that they do not cover it. */
function connectionPath([x1, y1]: [number, number], [x2, y2]: [number, number], parallelIndex: number): string {
  const [start, end] = [`M${x1.toFixed(1)},${y1.toFixed(1)}`, `${x2.toFixed(1)},${y2.toFixed(1)}`];
  if (parallelIndex === 0) return `${start}L${end}`;
  const bend = 0.08 * Math.ceil(parallelIndex / 2) * (parallelIndex % 2 ? 1 : -1);
  const [controlX, controlY] = [(x1 + x2) / 2 + (y2 - y1) * bend * 2, (y1 + y2) / 2 - (x2 - x1) * bend * 2];
  return `${start}Q${controlX.toFixed(1)},${controlY.toFixed(1)},${end}`;
}

function countValues(values: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** The different kinds, the most frequent first. */
function sortByFrequency(kinds: string[]): string[] {
  return [...countValues(kinds)].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([kind]) => kind);
}
