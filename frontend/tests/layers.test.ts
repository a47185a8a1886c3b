import { expect, it } from "vitest";

/** Each part imports only from parts before its own, and no module imports itself through others. */
const LAYERS = ["dom", "i18n", "rdf", "views", "page", "sparql", "main"];

const sources = import.meta.glob<string>("../src/**/*.ts", { query: "?raw", import: "default", eager: true });

/** The module that an import leads to, as its path below src without the ending. */
function resolve(module: string, imported: string): string {
  return new URL(imported, `file:///${module}`).pathname.slice(1);
}

/** The modules of ours that each module imports: types and imports that wait until a page needs them count as well. */
const imports = new Map(Object.entries(sources).map(([path, source]) => {
  const module = path.replace(/^\.\.\/src\/|\.ts$/g, "");
  const specifiers = [...source.matchAll(/(?:\bfrom |\bimport |\bimport\()"(\.[^"]+)"/g)].map(([, specifier]) => specifier ?? "");
  return [module, specifiers.filter((specifier) => !specifier.endsWith(".css")).map((specifier) => resolve(module, specifier))];
}));

function layer(module: string): number {
  return LAYERS.indexOf(module.split("/")[0] ?? "");
}

/** A circle of imports that a module is reached again by, if any. */
function findCircle(module: string, path: string[] = [], finished = new Set<string>()): string[] | null {
  if (path.includes(module)) return [...path.slice(path.indexOf(module)), module];
  if (finished.has(module)) return null;
  for (const imported of imports.get(module) ?? []) {
    const circle = findCircle(imported, [...path, module], finished);
    if (circle) return circle;
  }
  finished.add(module);
  return null;
}

it("every module has a layer, and every import a module", () => {
  expect([...imports.keys()].filter((module) => layer(module) < 0)).toEqual([]);
  expect([...imports.values()].flat().filter((module) => !imports.has(module))).toEqual([]);
  expect(imports.get("main")).toContain("sparql/editor-page");
});

it("imports lead to the same layer or a lower one", () => {
  const wrong = [...imports].flatMap(([module, imported]) =>
    imported.filter((other) => layer(other) > layer(module)).map((other) => `${module} imports ${other}`));
  expect(wrong).toEqual([]);
});

it("no module imports itself through others", () => {
  expect([...imports.keys()].map((module) => findCircle(module)).filter((circle) => circle !== null)).toEqual([]);
});
