/** A network from a table (source, target, kind) or from triples, and where its things lie. */

import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationLinkDatum, type SimulationNodeDatum } from "d3-force";
import { localName, textOf, titleOf } from "../rdf/columns";
import type { Triple } from "../rdf/ntriples";
import type { Table } from "../rdf/table";
import { textInLanguage, type TaggedText } from "../rdf/text-in-language";

export interface Thing extends SimulationNodeDatum {
  id: string;
  label: string;
  kind: string;
  /** The number of its connections. */
  degree: number;
  x: number;
  y: number;
}

export interface Connection extends SimulationLinkDatum<Thing> {
  source: Thing;
  target: Thing;
  kind: string;
  /** The number of this connection among those between the same two things, from 0. */
  parallelIndex: number;
}

export interface Network {
  things: Thing[];
  connections: Connection[];
}

interface Pair {
  from: string;
  to: string;
  kind: string;
}

const RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const LABEL_PROPERTIES = [
  "http://www.w3.org/2000/01/rdf-schema#label",
  "http://www.w3.org/2004/02/skos/core#prefLabel",
  "http://xmlns.com/foaf/0.1/name",
  "https://schema.org/name",
];

/** The network in triples: types are kinds, labels are names, other triples between resources are connections. */
export function networkOfTriples(
  triples: readonly Triple[], language: string, base: string, termNames: ReadonlyMap<string, string> = new Map(),
): Network {
  const labels = new Map<string, TaggedText[]>();
  const types = new Map<string, string[]>();
  const typeCounts = new Map<string, number>();
  const pairs: [string, string, string][] = [];
  for (const { subject, predicate, object } of triples) {
    if (predicate === RDF_TYPE && object.kind === "iri") {
      types.set(subject.value, [...(types.get(subject.value) ?? []), object.value]);
      typeCounts.set(object.value, (typeCounts.get(object.value) ?? 0) + 1);
    } else if (object.kind !== "literal") {
      pairs.push([subject.value, predicate, object.value]);
    } else if (LABEL_PROPERTIES.includes(predicate)) {
      labels.set(subject.value, [...(labels.get(subject.value) ?? []), [object.language ?? "", object.value]]);
    }
  }
  const nameOf = (iri: string): string => textInLanguage(labels.get(iri) ?? [], language) ?? termNames.get(iri) ?? localName(iri);
  // Of several types, one of the graph's own is more exact than one of a shared vocabulary, and a rare one more than a common one.
  const kindOf = (iri: string): string => {
    const [mostExact] = (types.get(iri) ?? []).toSorted((a, b) => Number(b.startsWith(base)) - Number(a.startsWith(base))
      || (typeCounts.get(a) ?? 0) - (typeCounts.get(b) ?? 0) || a.localeCompare(b));
    return mostExact ? splitCamelCase(nameOf(mostExact)) : "";
  };
  return connectThings(pairs.map(([from, predicate, to]) => ({ from, to, kind: splitCamelCase(nameOf(predicate)) })), nameOf, kindOf);
}

/** The network in a table: columns `source` and `target`, and where there are any, `kind`, `sourceKind` and `targetKind`. */
export function networkOfTable(table: Table): Network {
  const names = new Map<string, string>();
  const kinds = new Map<string, string>();
  const pairs = table.rows.flatMap((row) => {
    const [from, to] = (["source", "target"] as const).map((column) => {
      const cell = row.cells[column];
      if (!cell) return undefined;
      const { value } = cell;
      const hasLabel = row.cells[`${column}Label`] ?? cell.label;
      if (hasLabel || !names.has(value)) names.set(value, textOf(row, column));
      const kind = textOf(row, `${column}Kind`);
      if (kind || !kinds.has(value)) kinds.set(value, kind || titleOf(table, column));
      return value;
    });
    return from === undefined || to === undefined ? [] : [{ from, to, kind: textOf(row, "kind") }];
  });
  return connectThings(pairs, (id) => names.get(id) ?? id, (id) => kinds.get(id) ?? "");
}

function connectThings(pairs: Pair[], nameOf: (id: string) => string, kindOf: (id: string) => string): Network {
  const things = new Map<string, Thing>();
  const thingOf = (id: string): Thing => {
    const thing = things.get(id) ?? { id, label: nameOf(id), kind: kindOf(id), degree: 0, x: NaN, y: NaN };
    things.set(id, thing);
    return thing;
  };
  const connections = new Map<string, Connection>();
  const pairCounts = new Map<string, number>();
  for (const pair of pairs) {
    const key = JSON.stringify(pair);
    if (connections.has(key) || pair.from === pair.to) continue;
    const [source, target] = [thingOf(pair.from), thingOf(pair.to)];
    const pairKey = [pair.from, pair.to].sort().join(" ");
    const parallelIndex = pairCounts.get(pairKey) ?? 0;
    pairCounts.set(pairKey, parallelIndex + 1);
    source.degree += 1;
    target.degree += 1;
    connections.set(key, { source, target, kind: pair.kind, parallelIndex });
  }
  return { things: [...things.values()], connections: [...connections.values()] };
}

/** The `maxThings` things with the most connections, and the connections between them. */
export function keepBestConnected({ things, connections }: Network, maxThings: number): Network {
  if (things.length <= maxThings) return { things, connections };
  const best = new Set(things.toSorted((a, b) => b.degree - a.degree).slice(0, maxThings));
  return {
    things: things.filter((thing) => best.has(thing)),
    connections: connections.filter(({ source, target }) => best.has(source) && best.has(target)),
  };
}

/** Lay the things out in a frame of a shape (width / height). The same network is always laid out in the same way. */
export function layOutNetwork({ things, connections }: Network, shape: number): void {
  for (const thing of things) thing.x = thing.y = NaN;
  const tickCount = things.length > 300 ? 120 : 300;
  const stretch = Math.sqrt(Math.max(0.5, Math.min(2.5, shape)));
  const links = forceLink<Thing, Connection>(connections).distance(70)
    .strength(({ source, target }) => 0.7 / Math.min(source.degree, target.degree));
  forceSimulation(things)
    .force("link", links)
    .force("charge", forceManyBody().strength(-260).distanceMax(600))
    .force("collide", forceCollide(16))
    .force("x", forceX(0).strength(0.07 / stretch))
    .force("y", forceY(0).strength(0.07 * stretch))
    .stop()
    .tick(tickCount);
}

/** "worksWith" is "Works with". */
function splitCamelCase(name: string): string {
  const words = name.replace(/([a-z\d])([A-Z])/g, (_, end: string, start: string) => `${end} ${start.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
