/** A Sankey diagram between the values of columns. */

import { h, s } from "../dom";
import { formatNumber, translate } from "../i18n";
import { titleOf } from "../rdf/columns";
import type { Data } from "../rdf/fetch";
import { linkTo } from "../rdf/links";
import { shortenText } from "./label-placement";
import { addRovingFocus, createMark } from "./roving-focus";
import { chooseColorStep, flowsOf, layOutSankey, MAX_COLORS, type Block, type Ribbon } from "./sankey-layout";
import { Tooltip, tooltipContent } from "./tooltip";
import { createSvg, describeHighest, requireTable, type Drawing, type Stage } from "./view";
import "./sankey.css";

const TITLE_HEIGHT_PIXELS = 30;
const BLOCK_WIDTH_PIXELS = 10;
const MIN_BLOCK_DISTANCE_PIXELS = 17;
const MIN_STEP_WIDTH_PIXELS = 150;
const MIN_HEIGHT_PIXELS = 260;
const MAX_HEIGHT_PIXELS = 560;
const LETTER_PIXELS = 6.6;

export function draw({ box, label }: Stage, data: Data): Drawing {
  const table = requireTable(data);
  const { steps, flows } = flowsOf(table);
  if (steps.length < 2 || !flows.length) throw new Error(translate("cannot.steps"));
  const lastStep = steps.length - 1;
  const colorStep = chooseColorStep(flows);
  const coloredNames = [...new Set(flows.map(({ path }) => path[colorStep] ?? null))].filter((name) => name !== null);
  const colorClass = (name: string | null): string => (name === null ? "c0" : `c${(coloredNames.indexOf(name) % MAX_COLORS) + 1}`);
  const iriOf = new Map(table.rows.flatMap((row) => steps.flatMap((step): [string, string][] => {
    const cell = row.cells[step];
    const name = row.cells[`${step}Label`]?.value ?? cell?.label;
    return cell?.kind === "iri" && name ? [[`${step} ${name}`, cell.value]] : [];
  })));
  const titles = steps.map((step) => titleOf(table, step));
  const svg = createSvg("flow", label);
  const frame = h("div", { class: "flow-frame" }, h("div", { class: "drawing sideways" }, svg));
  box.append(frame);
  const tooltip = new Tooltip(frame);
  let marks: SVGElement[] = [];
  const resetFocus = addRovingFocus(svg, () => marks);

  const resize = (): void => {
    const width = Math.max(steps.length * MIN_STEP_WIDTH_PIXELS, box.clientWidth);
    const flowsHeight = Math.max(MIN_HEIGHT_PIXELS, Math.min(MAX_HEIGHT_PIXELS, flows.length * 6));
    const { blocks, ribbons, height } = layOutSankey(flows, colorStep, flowsHeight, MIN_BLOCK_DISTANCE_PIXELS);
    const stepWidth = (width - BLOCK_WIDTH_PIXELS) / lastStep;
    // Between two steps there are the names of one of them, and with two steps in all the names of both.
    const maxNameLength = Math.floor((stepWidth - BLOCK_WIDTH_PIXELS - 12) / LETTER_PIXELS / (steps.length > 2 ? 1.4 : 2));
    const leftOf = (step: number): number => step * stepWidth;
    svg.setAttribute("viewBox", `0 0 ${width} ${height + TITLE_HEIGHT_PIXELS}`);
    svg.style.inlineSize = `${width}px`;
    const paths = new Map<Ribbon, SVGPathElement>(ribbons.map((ribbon) => [ribbon, s("path", {
      class: `ribbon ${colorClass(ribbon.colorName)}`,
      d: ribbonOutline(ribbon, leftOf(ribbon.from.step) + BLOCK_WIDTH_PIXELS, leftOf(ribbon.to.step)),
    })]));
    const highlight = (isHighlighted: ((ribbon: Ribbon) => boolean) | null): void => {
      svg.classList.toggle("focused", isHighlighted !== null);
      for (const [ribbon, path] of paths) path.classList.toggle("near", isHighlighted?.(ribbon) ?? false);
    };
    for (const [ribbon, path] of paths) {
      tooltip.attach(path, () => tooltipContent(`${nameOf(ribbon.from)} → ${nameOf(ribbon.to)}`,
        [[ribbon.colorName ?? translate("none"), formatNumber(ribbon.weight)]]));
      path.addEventListener("pointerenter", () => highlight((other) => other === ribbon));
      path.addEventListener("pointerleave", () => highlight(null));
    }
    marks = blocks.map((block) => {
      const { step, y } = block;
      const [left, isLast] = [leftOf(step), step === lastStep];
      const [name, weight] = [nameOf(block), formatNumber(block.weight)];
      const iri = iriOf.get(`${steps[step] ?? ""} ${block.name ?? ""}`);
      const mark = createMark(`${titles[step]}: ${name}, ${weight}`, iri && linkTo(iri),
        s("rect", {
          class: `block ${step === colorStep ? colorClass(block.name) : ""}`,
          x: left, y: y + TITLE_HEIGHT_PIXELS, width: BLOCK_WIDTH_PIXELS, height: Math.max(1.5, block.height),
        }),
        s("text", {
          x: isLast ? left - 6 : left + BLOCK_WIDTH_PIXELS + 6, y: y + block.height / 2 + TITLE_HEIGHT_PIXELS, dy: "0.35em",
          "text-anchor": isLast ? "end" : "start", class: block.name === null ? "none" : "",
        }, shortenText(name, maxNameLength), name.length <= maxNameLength ? s("tspan", { class: "weight" }, ` ${weight}`) : null));
      tooltip.attach(mark, () => tooltipContent(name, [[titles[step] ?? "", weight]]));
      const touchesBlock = (ribbon: Ribbon): boolean => ribbon.from === block || ribbon.to === block;
      for (const event of ["pointerenter", "focus"]) mark.addEventListener(event, () => highlight(touchesBlock));
      for (const event of ["pointerleave", "blur"]) mark.addEventListener(event, () => highlight(null));
      return mark;
    });
    const headings = titles.map((title, step) => s("text", step === lastStep
      ? { class: "step", x: leftOf(step) + BLOCK_WIDTH_PIXELS, y: 14, "text-anchor": "end" }
      : { class: "step", x: leftOf(step), y: 14, "text-anchor": "start" }, title));
    svg.replaceChildren(...headings, s("g", { "aria-hidden": "true" }, ...paths.values()), ...marks);
    resetFocus();
  };
  resize();
  const pathWeights = new Map<string, number>();
  for (const { path, weight } of flows) {
    const names = path.map((name) => name ?? translate("none")).join(" → ");
    pathWeights.set(names, (pathWeights.get(names) ?? 0) + weight);
  }
  const widest = describeHighest([...pathWeights], ([names]) => names, ([, weight]) => weight);
  return { summary: translate("sankey.summary", titles.join(" → "), widest), resize };
}

function nameOf(block: Block): string {
  return block.name ?? translate("none");
}

/** The outline of a ribbon from the block at the left to the block at the right. */
function ribbonOutline({ leftY, rightY, height }: Ribbon, left: number, right: number): string {
  const [startY, endY, middle, thickness] =
    [leftY + TITLE_HEIGHT_PIXELS, rightY + TITLE_HEIGHT_PIXELS, (left + right) / 2, Math.max(1, height)];
  return `M${left},${startY}C${middle},${startY},${middle},${endY},${right},${endY}v${thickness}`
    + `C${middle},${endY + thickness},${middle},${startY + thickness},${left},${startY + thickness}Z`;
}
