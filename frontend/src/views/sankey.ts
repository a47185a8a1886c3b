/** A flow chart between the values of columns. */

import { h, s } from "../dom";
import type { Drawing, Stage } from "../page/figures";
import { titleOf } from "../rdf/columns";
import type { Data } from "../rdf/fetch";
import { linkTo } from "../rdf/links";
import { number, say } from "../i18n";
import { shortened } from "./label-placement";
import { mark, rove } from "./roving-focus";
import { COLOURS, colouringStep, flowsOf, layOutStreams, type Block, type Ribbon } from "./sankey-layout";
import { Tip, tipWords } from "./tooltip";
import "./sankey.css";

const HEAD = 30;
const BAR = 10;
const PITCH = 17;
const LETTER = 6.6;

export function draw({ box, label }: Stage, data: Data): Drawing {
  if (!("table" in data)) throw new Error(say("cannot.table"));
  const { table } = data;
  const { steps, flows } = flowsOf(table);
  if (steps.length < 2 || !flows.length) throw new Error(say("cannot.steps"));
  const colourStep = colouringStep(flows);
  const colours = [...new Set(flows.map(({ path }) => path[colourStep] ?? null))].filter((name) => name !== null);
  const colourOf = (name: string | null): string => (name === null ? "c0" : `c${(colours.indexOf(name) % COLOURS) + 1}`);
  const iris = new Map(table.rows.flatMap((row) => steps.flatMap((step): [string, string][] => {
    const cell = row.cells[step];
    const words = row.cells[`${step}Label`]?.value ?? cell?.label;
    return cell?.kind === "iri" && words ? [[`${step} ${words}`, cell.value]] : [];
  })));
  const titles = steps.map((step) => titleOf(table, step));
  const svg = s("svg", { class: "flow", role: "group", "aria-label": `${label}. ${say("keys")}` });
  const scroller = h("div", { class: "drawing sideways" }, svg);
  const frame = h("div", { class: "flow-frame" }, scroller);
  box.append(frame);
  const tip = new Tip(frame);
  let marks: SVGElement[] = [];
  const roved = rove(svg, () => marks);

  const resize = (): void => {
    const width = Math.max(steps.length * 150, box.clientWidth);
    const { blocks, ribbons, height } = layOutStreams(flows, colourStep, Math.max(260, Math.min(560, flows.length * 6)), PITCH);
    const between = (width - BAR) / (steps.length - 1);
    const room = Math.floor((between - BAR - 12) / LETTER / (steps.length > 2 ? 1.4 : 2));
    const x = (step: number): number => step * between;
    svg.setAttribute("viewBox", `0 0 ${width} ${height + HEAD}`);
    svg.style.inlineSize = `${width}px`;
    const paths = new Map<Ribbon, SVGPathElement>(ribbons.map((ribbon) =>
      [ribbon, s("path", { class: `ribbon ${colourOf(ribbon.colour)}`, d: outline(ribbon, x(ribbon.from.step) + BAR, x(ribbon.to.step)) })]));
    const highlight = (on: (ribbon: Ribbon) => boolean, active: boolean): void => {
      svg.classList.toggle("focused", active);
      for (const [ribbon, path] of paths) path.classList.toggle("near", active && on(ribbon));
    };
    for (const [ribbon, path] of paths) {
      tip.on(path, () => tipWords(`${nameOf(ribbon.from)} → ${nameOf(ribbon.to)}`, [[ribbon.colour ?? say("none"), number(ribbon.weight)]]));
      path.addEventListener("pointerenter", () => highlight((one) => one === ribbon, true));
      path.addEventListener("pointerleave", () => highlight(() => false, false));
    }
    marks = blocks.map((block) => {
      const last = block.step === steps.length - 1;
      const middle = block.y + block.height / 2 + HEAD;
      const name = nameOf(block);
      const iri = iris.get(`${steps[block.step] ?? ""} ${block.name ?? ""}`);
      const made = mark(`${titles[block.step]}: ${name}, ${number(block.weight)}`, iri && linkTo(iri),
        s("rect", { class: `block ${block.step === colourStep ? colourOf(block.name) : ""}`, x: x(block.step), y: block.y + HEAD, width: BAR, height: Math.max(1.5, block.height) }),
        s("text", { x: last ? x(block.step) - 6 : x(block.step) + BAR + 6, y: middle, dy: "0.35em", "text-anchor": last ? "end" : "start", class: block.name === null ? "none" : "" },
          shortened(name, room), name.length <= room ? s("tspan", { class: "weight" }, ` ${number(block.weight)}`) : null));
      tip.on(made, () => tipWords(name, [[titles[block.step] ?? "", number(block.weight)]]));
      const touches = (ribbon: Ribbon): boolean => ribbon.from === block || ribbon.to === block;
      for (const begin of ["pointerenter", "focus"]) made.addEventListener(begin, () => highlight(touches, true));
      for (const end of ["pointerleave", "blur"]) made.addEventListener(end, () => highlight(touches, false));
      return made;
    });
    const heads = titles.map((title, step) => s("text", {
      class: "step", x: step === steps.length - 1 ? x(step) + BAR : x(step), y: 14, "text-anchor": step === steps.length - 1 ? "end" : "start",
    }, title));
    svg.replaceChildren(...heads, s("g", { "aria-hidden": "true" }, ...paths.values()), ...marks);
    roved();
  };
  resize();
  const widest = flowsByStep(flows.map(({ path, weight }) => ({ words: path.map((one) => one ?? say("none")).join(" → "), weight })));
  return { summary: say("flow.summary", titles.join(" → "), widest), resize };
}

function flowsByStep(flows: { words: string; weight: number }[]): string {
  const sums = new Map<string, number>();
  for (const { words, weight } of flows) sums.set(words, (sums.get(words) ?? 0) + weight);
  return [...sums].sort((a, b) => b[1] - a[1]).slice(0, 3).map(([words, weight]) => `${words} (${number(weight)})`).join(", ");
}

function nameOf(block: Block): string {
  return block.name ?? say("none");
}

function outline({ y0, y1, height }: Ribbon, left: number, right: number): string {
  const [a, b, middle, thick] = [y0 + HEAD, y1 + HEAD, (left + right) / 2, Math.max(1, height)];
  return `M${left},${a}C${middle},${a},${middle},${b},${right},${b}v${thick}C${middle},${b + thick},${middle},${a + thick},${left},${a + thick}Z`;
}
