/** A network from a table (source, target, kind) or from triples, and where its things lie. */

import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationLinkDatum, type SimulationNodeDatum } from "d3-force";
import { localName, titleOf, wordsOf } from "../rdf/columns";
import type { Triple } from "../rdf/ntriples";
import type { Table } from "../rdf/table";

export interface Thing extends SimulationNodeDatum {
  id: string;
  label: string;
  kind: string;
  degree: number;
  x: number;
  y: number;
}

export interface Connection extends SimulationLinkDatum<Thing> {
  source: Thing;
  target: Thing;
  kind: string;
  /** Which of several connections between the same two things this is, from 0. */
  turn: number;
}

export interface Network {
  things: Thing[];
  links: Connection[];
}

const RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const LABELS = [
  "http://www.w3.org/2000/01/rdf-schema#label",
  "http://www.w3.org/2004/02/skos/core#prefLabel",
  "http://xmlns.com/foaf/0.1/name",
  "https://schema.org/name",
];

/** The network in triples: types are kinds, labels are names, other triples between resources are connections. */
export function fromTriples(
  triples: readonly Triple[], language: string, base: string, terms: ReadonlyMap<string, string> = new Map(),
): Network {
  const labels = new Map<string, { text: string; rank: number }>();
  const types = new Map<string, string[]>();
  const uses = new Map<string, number>();
  const pairs: [string, string, string][] = [];
  for (const { subject, predicate, object } of triples) {
    if (predicate === RDF_TYPE && object.kind === "iri") {
      types.set(subject.value, [...(types.get(subject.value) ?? []), object.value]);
      uses.set(object.value, (uses.get(object.value) ?? 0) + 1);
    } else if (object.kind !== "literal") {
      pairs.push([subject.value, predicate, object.value]);
    } else if (LABELS.includes(predicate)) {
      const rank = object.language === language ? 0 : !object.language ? 1 : object.language === "en" ? 2 : 3;
      if (rank < (labels.get(subject.value)?.rank ?? Infinity)) labels.set(subject.value, { text: object.value, rank });
    }
  }
  const name = (iri: string): string => labels.get(iri)?.text ?? terms.get(iri) ?? localName(iri);
  // A thing has several types: the graph's own say more than those of shared vocabularies, rare ones more than common ones.
  const kind = (iri: string): string => {
    const [best] = [...(types.get(iri) ?? [])].sort((a, b) =>
      Number(b.startsWith(base)) - Number(a.startsWith(base)) || (uses.get(a) ?? 0) - (uses.get(b) ?? 0) || a.localeCompare(b));
    return best ? spaced(name(best)) : "";
  };
  return connected(pairs.map(([from, predicate, to]) => ({ from, to, kind: spaced(name(predicate)) })), name, kind);
}

/** The network in a table: columns `source` and `target`, of their kinds `sourceKind`, `targetKind`, and `kind` of the connection. */
export function fromTable(table: Table): Network {
  const names = new Map<string, string>();
  const kinds = new Map<string, string>();
  const pairs = table.rows.flatMap((row) => {
    const ends = (["source", "target"] as const).map((end) => {
      const cell = row.cells[end];
      if (!cell) return undefined;
      const { value } = cell;
      const named = row.cells[`${end}Label`] ?? cell.label;
      if (named || !names.has(value)) names.set(value, wordsOf(row, end));
      const stated = wordsOf(row, `${end}Kind`);
      if (stated || !kinds.has(value)) kinds.set(value, stated || titleOf(table, end));
      return value;
    });
    const [from, to] = ends;
    return from === undefined || to === undefined ? [] : [{ from, to, kind: wordsOf(row, "kind") }];
  });
  return connected(pairs, (id) => names.get(id) ?? id, (id) => kinds.get(id) ?? "");
}

function connected(
  pairs: { from: string; to: string; kind: string }[], name: (id: string) => string, kind: (id: string) => string,
): Network {
  const things = new Map<string, Thing>();
  const thing = (id: string): Thing => {
    const known = things.get(id) ?? { id, label: name(id), kind: kind(id), degree: 0, x: NaN, y: NaN };
    things.set(id, known);
    return known;
  };
  const links = new Map<string, Connection>();
  const turns = new Map<string, number>();
  for (const pair of pairs) {
    const key = JSON.stringify(pair);
    if (links.has(key) || pair.from === pair.to) continue;
    const [source, target] = [thing(pair.from), thing(pair.to)];
    const both = [pair.from, pair.to].sort().join(" ");
    const turn = turns.get(both) ?? 0;
    turns.set(both, turn + 1);
    source.degree += 1;
    target.degree += 1;
    links.set(key, { source, target, kind: pair.kind, turn });
  }
  return { things: [...things.values()], links: [...links.values()] };
}

/** The `most` best connected things and what connects them. */
export function strongest({ things, links }: Network, most: number): Network {
  if (things.length <= most) return { things, links };
  const kept = new Set([...things].sort((a, b) => b.degree - a.degree).slice(0, most));
  return { things: things.filter((one) => kept.has(one)), links: links.filter(({ source, target }) => kept.has(source) && kept.has(target)) };
}

/** Lay the things out in a frame of this shape (width / height); the same network always lies the same way. */
export function layOut({ things, links }: Network, shape: number): void {
  for (const one of things) one.x = one.y = NaN;
  const ticks = things.length > 300 ? 120 : 300;
  const wide = Math.sqrt(Math.max(0.5, Math.min(2.5, shape)));
  forceSimulation(things)
    .force("link", forceLink<Thing, Connection>(links).distance(70).strength((link) => 0.7 / Math.min(link.source.degree, link.target.degree)))
    .force("charge", forceManyBody().strength(-260).distanceMax(600))
    .force("collide", forceCollide(16))
    .force("x", forceX(0).strength(0.07 / wide))
    .force("y", forceY(0).strength(0.07 * wide))
    .stop()
    .tick(ticks);
}

function spaced(name: string): string {
  const words = name.replace(/([a-z\d])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
