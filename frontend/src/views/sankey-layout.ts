/** The layout of a Sankey diagram: steps are columns, values are blocks, and rows that share values are ribbons. */

import { numberOf, numericColumns, textColumns, textOf } from "../rdf/columns";
import type { Table } from "../rdf/table";

export interface Flow {
  /** The values that a row has, one for each step; null where it has none. */
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
  colorName: string | null;
  leftY: number;
  rightY: number;
  height: number;
}

export interface SankeyLayout {
  blocks: Block[];
  ribbons: Ribbon[];
  height: number;
}

/** The steps of a table, which are its text columns in order, and a flow for each row, weighted by the first number. */
export function flowsOf(table: Table): { steps: string[]; flows: Flow[] } {
  const steps = textColumns(table);
  const [measure] = numericColumns(table);
  const flows = table.rows.map((row) => ({
    path: steps.map((step) => textOf(row, step) || null),
    weight: measure ? (numberOf(row.cells[measure]) ?? 0) : 1,
  }));
  return { steps, flows: flows.filter(({ weight }) => weight > 0) };
}

/** How many values of a step are told apart by colour. */
export const MAX_COLORS = 8;

/** The step that gives the colours: the last one with at least two values and not too many, as readers ask where flows end. */
export function chooseColorStep(flows: readonly Flow[]): number {
  const valueCounts = (flows[0]?.path ?? []).map((_, step) => new Set(flows.map(({ path }) => path[step])).size);
  const lastFitting = valueCounts.findLastIndex((count) => count > 1 && count <= MAX_COLORS);
  return lastFitting >= 0 ? lastFitting : Math.max(0, valueCounts.findIndex((count) => count > 1));
}

/** Lay out flows that are `flowsHeight` pixels high together, with the middles of blocks at least `minDistance` pixels apart. */
export function layOutSankey(
  flows: readonly Flow[], colorStep: number, flowsHeight: number, minDistance: number, gap = 4,
): SankeyLayout {
  const stepCount = flows[0]?.path.length ?? 0;
  const pixelsPerWeight = flowsHeight / (totalWeight(flows) || 1);
  const columns = Array.from({ length: stepCount }, (_, step) => blocksOf(flows, step, pixelsPerWeight));
  for (let step = 1; step < stepCount; step += 1) sortByNeighbours(columns, flows, step, -1);
  for (let step = stepCount - 2; step >= 0; step -= 1) sortByNeighbours(columns, flows, step, 1);
  const columnHeights = columns.map((column) => stackBlocks(column, minDistance, gap));
  const height = Math.max(0, ...columnHeights);
  columns.forEach((column, step) => {
    for (const block of column) block.y += (height - (columnHeights[step] ?? 0)) / 2;
  });
  const ribbons = columns.slice(1).flatMap((right, step) => ribbonsOf(flows, step, columns[step] ?? [], right, colorStep, pixelsPerWeight));
  return { blocks: columns.flat(), ribbons, height };
}

function totalWeight(flows: readonly Flow[]): number {
  return flows.reduce((sum, { weight }) => sum + weight, 0);
}

function blocksOf(flows: readonly Flow[], step: number, pixelsPerWeight: number): Block[] {
  const weights = new Map<string | null, number>();
  for (const { path, weight } of flows) weights.set(path[step] ?? null, (weights.get(path[step] ?? null) ?? 0) + weight);
  return [...weights]
    .map(([name, weight]) => ({ step, name, weight, y: 0, height: weight * pixelsPerWeight }))
    .sort((a, b) => compareUnnamed(a, b) || b.weight - a.weight);
}

/** The block of rows without a value comes last. */
function compareUnnamed(a: Block, b: Block): number {
  return Number(a.name === null) - Number(b.name === null);
}

/** Sort a column by where its flows are in the neighbouring one (the barycentre), so that few ribbons cross. */
function sortByNeighbours(columns: readonly Block[][], flows: readonly Flow[], step: number, direction: -1 | 1): void {
  const column = columns[step] ?? [];
  const neighbourIndex = new Map((columns[step + direction] ?? []).map(({ name }, index) => [name, index]));
  const barycentres = new Map(column.map(({ name }) => {
    const blockFlows = flows.filter(({ path }) => (path[step] ?? null) === name);
    const weightedIndex = blockFlows.reduce((sum, { path, weight }) => sum + (neighbourIndex.get(path[step + direction] ?? null) ?? 0) * weight, 0);
    return [name, weightedIndex / (totalWeight(blockFlows) || 1)];
  }));
  column.sort((a, b) => compareUnnamed(a, b) || (barycentres.get(a.name) ?? 0) - (barycentres.get(b.name) ?? 0));
}

/** Put the blocks of a column under one another; returns the height of the column. */
function stackBlocks(column: readonly Block[], minDistance: number, gap: number): number {
  let y = 0;
  for (const block of column) {
    const room = Math.max(block.height + gap, minDistance);
    block.y = y + (room - block.height) / 2;
    y += room;
  }
  return y;
}

function ribbonsOf(
  flows: readonly Flow[], step: number, left: readonly Block[], right: readonly Block[], colorStep: number, pixelsPerWeight: number,
): Ribbon[] {
  const findBlock = (column: readonly Block[], name: string | null | undefined): Block | undefined =>
    column.find((block) => block.name === (name ?? null));
  const ribbonsByKey = new Map<string, Ribbon>();
  for (const { path, weight } of flows) {
    const [from, to, colorName] = [findBlock(left, path[step]), findBlock(right, path[step + 1]), path[colorStep] ?? null];
    if (!from || !to) continue;
    const key = JSON.stringify([from.name, to.name, colorName]);
    const ribbon = ribbonsByKey.get(key) ?? { from, to, weight: 0, colorName, leftY: 0, rightY: 0, height: 0 };
    ribbon.weight += weight;
    ribbon.height = ribbon.weight * pixelsPerWeight;
    ribbonsByKey.set(key, ribbon);
  }
  const ribbons = [...ribbonsByKey.values()];
  const colorNames = [...new Set(ribbons.map(({ colorName }) => colorName))];
  const colorRank = (ribbon: Ribbon): number => colorNames.indexOf(ribbon.colorName);
  const stackRibbons = (blocks: readonly Block[], end: "from" | "to", otherEnd: "from" | "to", edge: "leftY" | "rightY"): void => {
    for (const block of blocks) {
      let y = block.y;
      const blockRibbons = ribbons.filter((ribbon) => ribbon[end] === block)
        .sort((a, b) => a[otherEnd].y - b[otherEnd].y || colorRank(a) - colorRank(b));
      for (const ribbon of blockRibbons) {
        ribbon[edge] = y;
        y += ribbon.height;
      }
    }
  };
  stackRibbons(left, "from", "to", "leftY");
  stackRibbons(right, "to", "from", "rightY");
  return ribbons;
}
