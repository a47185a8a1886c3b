/** A network that can be moved, zoomed, dragged and narrowed to kinds. */

import { h, s } from "../dom";
import type { Drawing, Stage } from "../page/figures";
import type { Data } from "../rdf/fetch";
import { baseOf, linkTo } from "../rdf/links";
import { language, number, say } from "../i18n";
import { beside, boxOf, shortened, type Box } from "./label-placement";
import { mark, rove } from "./roving-focus";
import { fromTable, fromTriples, layOut, strongest, type Connection, type Network, type Thing } from "./network";
import { termNames } from "../rdf/schema";
import { IDENTITY, panZoom, type Transform } from "./panzoom";
import { Tip, tipWords } from "./tooltip";
import "./graph.css";

const MOST = 400;
const PAD = 28;
const KINDS = 6;
const LONGEST = 28;
const FIRST_CHIPS = 6;

/** Outlines around (0, 0), one for each kind, so that kinds differ without their colours too. */
const SHAPES: ((r: number) => string)[] = [
  (r) => `M${-r},0A${r},${r},0,1,1,${r},0A${r},${r},0,1,1,${-r},0Z`,
  (r) => `M${-r * 0.9},${-r * 0.9}H${r * 0.9}V${r * 0.9}H${-r * 0.9}Z`,
  (r) => `M0,${-r * 1.25}L${r * 1.25},0L0,${r * 1.25}L${-r * 1.25},0Z`,
  (r) => `M0,${-r * 1.2}L${r * 1.15},${r * 0.85}H${-r * 1.15}Z`,
  (r) => `M0,${r * 1.2}L${r * 1.15},${-r * 0.85}H${-r * 1.15}Z`,
  (r) => `M${-r * 0.4},${-r}H${r * 0.4}V${-r * 0.4}H${r}V${r * 0.4}H${r * 0.4}V${r}H${-r * 0.4}V${r * 0.4}H${-r}V${-r * 0.4}H${-r * 0.4}Z`,
];

export async function draw(stage: Stage, data: Data): Promise<Drawing> {
  const whole = "table" in data ? fromTable(data.table) : fromTriples(data.triples, language, baseOf(), await termNames());
  if (!whole.things.length) throw new Error(say("cannot.connections"));
  const network = strongest(whole, MOST);
  const graph = new Drawn(stage, network);
  if (network.things.length < whole.things.length) {
    stage.box.append(h("p", { class: "hint" }, say("graph.cut", network.things.length, whole.things.length)));
  }
  const best = [...network.things].sort((a, b) => b.degree - a.degree).slice(0, 3);
  return {
    summary: say("graph.summary", network.things.length, network.links.length,
      best.map(({ label, degree }) => `${label} (${number(degree)})`).join(", ")),
    resize: () => graph.resize(),
  };
}

interface Node {
  thing: Thing;
  element: SVGElement;
  outline: SVGElement;
  text: SVGTextElement;
  width: number;
}

/** The look of each kind, of things and of connections, in the order in which the drawings of this page met them. */
const looks = { things: new Map<string, number>(), links: new Map<string, number>() };

function look(of: keyof typeof looks, kind: string, count: number): number {
  const known = looks[of];
  if (!known.has(kind)) known.set(kind, known.size);
  return (known.get(kind) ?? 0) % count;
}

class Drawn {
  private readonly svg = s("svg", { class: "network", role: "group" });
  private readonly lines = s("g", { class: "links", "aria-hidden": "true" });
  private readonly nodes: Node[];
  private readonly edges: { link: Connection; path: SVGPathElement }[];
  private readonly kinds: string[];
  private readonly linkKinds: string[];
  private readonly off = new Set<string>();
  private readonly zoom: ReturnType<typeof panZoom>;
  private readonly tip: Tip;
  private readonly roved: () => void;
  private readonly empty = h("p", { class: "empty", hidden: true }, say("graph.empty"));
  private size: [number, number] = [0, 0];
  private fit: Transform = IDENTITY;
  private at: Transform = IDENTITY;

  constructor(private readonly stage: Stage, private readonly network: Network) {
    this.kinds = frequent(network.things.map(({ kind }) => kind));
    this.linkKinds = frequent(network.links.map(({ kind }) => kind));
    for (const kind of this.kinds) look("things", kind, KINDS);
    for (const kind of this.linkKinds) look("links", kind, 4);
    this.svg.setAttribute("aria-label", `${stage.label}. ${say("keys")}`);
    this.zoom = panZoom(this.svg, () => this.size, (t) => this.place(t));
    const frame = h("div", { class: "drawing" }, this.svg, this.zoom.buttons, this.empty);
    stage.box.append(this.chips(), frame);
    this.tip = new Tip(frame);
    this.edges = network.links.map((link) => ({ link, path: s("path", { class: `link d${look("links", link.kind, 4)}` }) }));
    this.nodes = network.things.map((thing) => this.nodeOf(thing));
    this.lines.append(...this.edges.map(({ path }) => path));
    const ordered = [...this.nodes].sort((a, b) => this.kinds.indexOf(a.thing.kind) - this.kinds.indexOf(b.thing.kind) || a.thing.label.localeCompare(b.thing.label, language));
    this.roved = rove(this.svg, () => ordered.map(({ element }) => element).filter((one) => !one.classList.contains("off")));
    this.svg.append(this.lines, ...ordered.map(({ element }) => element));
    for (const node of this.nodes) node.width = node.text.getComputedTextLength();
    this.resize(true);
    this.showEmpty();
  }

  /** Take the frame's width; lay out anew only where its shape became another. */
  resize(first = false): void {
    const width = Math.max(260, this.stage.box.clientWidth);
    const before = this.size[0] / this.size[1];
    this.size = [width, Math.round(Math.max(380, Math.min(720, width * 0.62)))];
    this.svg.setAttribute("viewBox", `0 0 ${this.size.join(" ")}`);
    const shape = this.size[0] / this.size[1];
    if (first || Math.abs(Math.log(shape / before)) > 0.3) layOut(this.network, shape);
    const { things } = this.network;
    const [xs, ys] = [things.map(({ x }) => x), things.map(({ y }) => y)];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const k = Math.min((this.size[0] - 2 * PAD) / (right - left || 1), (this.size[1] - 2 * PAD) / (bottom - top || 1), 1.6);
    this.fit = { k, x: this.size[0] / 2 - (k * (left + right)) / 2, y: this.size[1] / 2 - (k * (top + bottom)) / 2 };
    this.zoom.set(IDENTITY);
  }

  private nodeOf(thing: Thing): Node {
    const kind = look("things", thing.kind, KINDS);
    const outline = s("path", { d: SHAPES[kind]?.(radius(thing)) ?? "", class: `node c${kind + 1}` });
    const text = s("text", { "aria-hidden": "true" }, shortened(thing.label, LONGEST));
    const element = mark(say("graph.node", thing.label, thing.kind, thing.degree), linkTo(thing.id), outline, text);
    this.tip.on(element, () => tipWords(thing.label, [[thing.kind, ""], ...this.said(thing)]));
    const focus = (on: boolean) => () => this.highlight(on ? thing : null);
    element.addEventListener("pointerenter", focus(true));
    element.addEventListener("focus", focus(true));
    element.addEventListener("pointerleave", focus(false));
    element.addEventListener("blur", focus(false));
    this.draggable(element, thing);
    return { thing, element, outline, text, width: 0 };
  }

  /** How many connections of each kind a thing has. */
  private said(thing: Thing): [string, string][] {
    const counts = new Map<string, number>();
    for (const { source, target, kind } of this.network.links) {
      if (source === thing || target === thing) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
    return [...counts].map(([kind, count]) => [kind || say("graph.links"), number(count)]);
  }

  private draggable(element: SVGElement, thing: Thing): void {
    let held: [number, number] | null = null;
    let dragged = false;
    element.addEventListener("pointerdown", (event) => {
      // Otherwise the whole drawing would move as well.
      event.stopPropagation();
      if (event.button !== 0) return;
      // A quick pointer is off the mark before it has moved twice.
      element.setPointerCapture(event.pointerId);
      held = [event.clientX, event.clientY];
      dragged = false;
    });
    element.addEventListener("pointermove", (event) => {
      if (!held || (!dragged && Math.hypot(event.clientX - held[0], event.clientY - held[1]) < 4)) return;
      dragged = true;
      const frame = this.svg.getBoundingClientRect();
      const scale = this.size[0] / frame.width;
      const [k, x, y] = this.composed();
      thing.x = ((event.clientX - frame.left) * scale - x) / k;
      thing.y = ((event.clientY - frame.top) * scale - y) / k;
      this.place(this.at);
    });
    for (const end of ["pointerup", "pointercancel"] as const) element.addEventListener(end, () => (held = null));
    element.addEventListener("click", (event) => {
      if (dragged) event.preventDefault();
      dragged = false;
    });
  }

  private composed(): [number, number, number] {
    return [this.fit.k * this.at.k, this.fit.x * this.at.k + this.at.x, this.fit.y * this.at.k + this.at.y];
  }

  /** Put everything where it belongs at a zoom. Marks and letters keep their size, so more labels find room nearer by. */
  private place(t: Transform): void {
    this.at = t;
    this.tip.hide();
    const [k, x, y] = this.composed();
    const spot = ({ x: a, y: b }: Thing): [number, number] => [a * k + x, b * k + y];
    for (const { link, path } of this.edges) {
      path.setAttribute("d", curve(spot(link.source), spot(link.target), link.turn));
      path.classList.toggle("off", this.isOff(link));
    }
    const shown = this.nodes.filter(({ thing }) => !this.off.has(`thing ${thing.kind}`));
    const taken = shown.map(({ thing }) => boxOf(thing, ...spot(thing), radius(thing)));
    for (const node of [...this.nodes].sort((a, b) => b.thing.degree - a.thing.degree)) {
      const hidden = this.off.has(`thing ${node.thing.kind}`);
      node.element.classList.toggle("off", hidden);
      const [cx, cy] = spot(node.thing);
      node.element.setAttribute("transform", `translate(${cx.toFixed(1)} ${cy.toFixed(1)})`);
      if (!hidden) this.label(node, cx, cy, taken);
    }
  }

  /** Write a thing's name beside it where there is room; else it shows on hover and focus only. */
  private label({ thing, text, width }: Node, cx: number, cy: number, taken: Box[]): void {
    const { dx, anchor, free } = beside(boxOf(thing, cx, cy, radius(thing)), width, taken, this.size[0]);
    text.setAttribute("x", String(dx));
    text.setAttribute("text-anchor", anchor);
    text.classList.toggle("crowded", !free);
  }

  private highlight(thing: Thing | null): void {
    this.svg.classList.toggle("focused", thing !== null);
    const near = new Set<Thing | null>([thing]);
    for (const { link, path } of this.edges) {
      const touches = link.source === thing || link.target === thing;
      path.classList.toggle("near", touches);
      if (touches && !this.isOff(link)) near.add(link.source).add(link.target);
    }
    for (const { thing: one, element } of this.nodes) element.classList.toggle("near", near.has(one));
  }

  private isOff(link: Connection): boolean {
    return this.off.has(`link ${link.kind}`) || this.off.has(`thing ${link.source.kind}`) || this.off.has(`thing ${link.target.kind}`);
  }

  /** The legend, which is the filter too. */
  private chips(): HTMLElement {
    const things = this.kinds.map((kind) => {
      const own = look("things", kind, KINDS);
      return this.chip(`thing ${kind}`, kind || say("graph.other"), s("path", { class: `node c${own + 1}`, d: SHAPES[own]?.(7) ?? "" }));
    });
    const links = this.linkKinds.map((kind) => this.chip(`link ${kind}`, kind || say("graph.other"),
      s("path", { class: `link d${look("links", kind, 4)}`, d: "M-10,0H10" })));
    return h("div", { class: "kinds" }, group(say("graph.kinds"), things), links.length > 1 ? group(say("graph.links"), links) : null);
  }

  private chip(key: string, words: string, picture: SVGElement): HTMLElement {
    const input = h("input", { type: "checkbox", checked: true });
    input.addEventListener("change", () => {
      if (input.checked) this.off.delete(key);
      else this.off.add(key);
      this.place(this.at);
      this.showEmpty();
    });
    return h("label", { class: "chip" }, input, s("svg", { viewBox: "-10 -10 20 20", "aria-hidden": "true" }, picture), words);
  }

  private showEmpty(): void {
    this.empty.hidden = this.network.things.some(({ kind }) => !this.off.has(`thing ${kind}`));
    this.roved();
  }
}

/** Chips under a title, the rare ones folded away. */
function group(title: string, chips: HTMLElement[]): HTMLElement {
  const rest = chips.length > FIRST_CHIPS + 2 ? chips.splice(FIRST_CHIPS) : [];
  return h("fieldset", { class: "chips" }, h("legend", {}, title), ...chips,
    rest.length ? h("details", {}, h("summary", {}, say("graph.more", rest.length)), h("div", {}, ...rest)) : null);
}

function radius({ degree }: Thing): number {
  return Math.min(14, 5 + Math.sqrt(degree));
}

/** A line between two places; further connections of the same two bend away from it. */
function curve([x1, y1]: [number, number], [x2, y2]: [number, number], turn: number): string {
  if (turn === 0) return `M${x1.toFixed(1)},${y1.toFixed(1)}L${x2.toFixed(1)},${y2.toFixed(1)}`;
  const bend = 0.08 * Math.ceil(turn / 2) * (turn % 2 ? 1 : -1);
  const [mx, my] = [(x1 + x2) / 2 + (y2 - y1) * bend * 2, (y1 + y2) / 2 - (x2 - x1) * bend * 2];
  return `M${x1.toFixed(1)},${y1.toFixed(1)}Q${mx.toFixed(1)},${my.toFixed(1)},${x2.toFixed(1)},${y2.toFixed(1)}`;
}

function frequent(kinds: string[]): string[] {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0])).map(([kind]) => kind);
}
