/** The geometry of a flow chart: steps as columns, values as blocks, rows that share values as ribbons. */

import { numberOf, numericColumns, textColumns, wordsOf } from "../rdf/columns";
import type { Table } from "../rdf/table";

export interface Flow {
  /** What it passes through, one value for each step; null where it says nothing. */
  path: (string | null)[];
  weight: number;
}

export interface Block {
  step: number;
  name: string | null;
  weight: number;
  y: number;
  height: number;
}

export interface Ribbon {
  from: Block;
  to: Block;
  weight: number;
  /** The value of the step that gives the colours. */
  colour: string | null;
  y0: number;
  y1: number;
  height: number;
}

export interface Streams {
  blocks: Block[];
  ribbons: Ribbon[];
  height: number;
}

/** The steps of a table and what flows through them: its text columns in order, as wide as its first number or one. */
export function flowsOf(table: Table): { steps: string[]; flows: Flow[] } {
  const steps = textColumns(table);
  const [measure] = numericColumns(table);
  const flows = table.rows.map((row) => ({
    path: steps.map((step) => wordsOf(row, step) || null),
    weight: measure ? (numberOf(row.cells[measure]) ?? 0) : 1,
  }));
  return { steps, flows: flows.filter(({ weight }) => weight > 0) };
}

/** How many colours tell the values of a step apart. */
export const COLOURS = 8;

/** The step that gives the colours: the last with some values and few enough, since a flow is about what becomes of things. */
export function colouringStep(flows: readonly Flow[]): number {
  const counts = (flows[0]?.path ?? []).map((_, step) => new Set(flows.map(({ path }) => path[step])).size);
  const told = counts.findLastIndex((count) => count > 1 && count <= COLOURS);
  return told >= 0 ? told : Math.max(0, counts.findIndex((count) => count > 1));
}

/** Lay out: `unit` pixels for a weight of one at most `tall` pixels in all, blocks at least `pitch` pixels from one another. */
export function layOutStreams(flows: readonly Flow[], colourStep: number, tall: number, pitch: number, gap = 4): Streams {
  const count = flows[0]?.path.length ?? 0;
  const total = flows.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const unit = tall / total;
  const columns = Array.from({ length: count }, (_, step) => blocksOf(flows, step, unit));
  for (let step = 1; step < count; step += 1) order(columns[step] ?? [], columns[step - 1] ?? [], flows, step, -1);
  for (let step = count - 2; step >= 0; step -= 1) order(columns[step] ?? [], columns[step + 1] ?? [], flows, step, 1);
  const heights = columns.map((column) => stack(column, pitch, gap));
  const height = Math.max(0, ...heights);
  columns.forEach((column, step) => {
    const rest = (height - (heights[step] ?? 0)) / 2;
    for (const block of column) block.y += rest;
  });
  const ribbons = columns.slice(1).flatMap((column, index) => ribbonsOf(flows, index, columns[index] ?? [], column, colourStep, unit));
  return { blocks: columns.flat(), ribbons, height };
}

function blocksOf(flows: readonly Flow[], step: number, unit: number): Block[] {
  const weights = new Map<string | null, number>();
  for (const { path, weight } of flows) weights.set(path[step] ?? null, (weights.get(path[step] ?? null) ?? 0) + weight);
  return [...weights]
    .map(([name, weight]) => ({ step, name, weight, y: 0, height: weight * unit }))
    .sort((a, b) => Number(a.name === null) - Number(b.name === null) || b.weight - a.weight);
}

/** Order a column by where its flows are in the neighbouring one (the barycentre), which leaves few crossings. */
function order(column: Block[], beside: readonly Block[], flows: readonly Flow[], step: number, to: -1 | 1): void {
  const place = new Map(beside.map(({ name }, index) => [name, index]));
  const middle = new Map(column.map(({ name }) => {
    const through = flows.filter(({ path }) => (path[step] ?? null) === name);
    const weight = through.reduce((sum, flow) => sum + flow.weight, 0) || 1;
    return [name, through.reduce((sum, flow) => sum + (place.get(flow.path[step + to] ?? null) ?? 0) * flow.weight, 0) / weight];
  }));
  column.sort((a, b) => Number(a.name === null) - Number(b.name === null) || (middle.get(a.name) ?? 0) - (middle.get(b.name) ?? 0));
}

/** Put the blocks of a column under one another; gives the height it takes. */
function stack(column: readonly Block[], pitch: number, gap: number): number {
  let y = 0;
  for (const block of column) {
    const room = Math.max(block.height + gap, pitch);
    block.y = y + (room - block.height) / 2;
    y += room;
  }
  return y;
}

function ribbonsOf(
  flows: readonly Flow[], step: number, left: readonly Block[], right: readonly Block[], colourStep: number, unit: number,
): Ribbon[] {
  const find = (column: readonly Block[], name: string | null | undefined): Block | undefined =>
    column.find((block) => block.name === (name ?? null));
  const ribbons = new Map<string, Ribbon>();
  for (const { path, weight } of flows) {
    const [from, to, colour] = [find(left, path[step]), find(right, path[step + 1]), path[colourStep] ?? null];
    if (!from || !to) continue;
    const key = JSON.stringify([from.name, to.name, colour]);
    const ribbon = ribbons.get(key) ?? { from, to, weight: 0, colour, y0: 0, y1: 0, height: 0 };
    ribbon.weight += weight;
    ribbon.height = ribbon.weight * unit;
    ribbons.set(key, ribbon);
  }
  const all = [...ribbons.values()];
  const colours = [...new Set(all.map(({ colour }) => colour))];
  const rank = (ribbon: Ribbon): number => colours.indexOf(ribbon.colour);
  const pile = (blocks: readonly Block[], own: "from" | "to", other: "from" | "to", edge: "y0" | "y1"): void => {
    for (const block of blocks) {
      let y = block.y;
      for (const ribbon of all.filter((one) => one[own] === block).sort((a, b) => a[other].y - b[other].y || rank(a) - rank(b))) {
        ribbon[edge] = y;
        y += ribbon.height;
      }
    }
  };
  pile(left, "from", "to", "y0");
  pile(right, "to", "from", "y1");
  return all;
}
