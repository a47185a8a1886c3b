/** What a table puts on a map: countries by code, points by coordinates. */

import codes from "i18n-iso-countries/codes.json";
import { COORDINATES, ISO, numberOf, pointOf } from "../rdf/columns";
import type { Row, Table } from "../rdf/table";

const numericCodes = new Map(codes.map(([two, , numeric]) => [two, numeric] as [string, string]));

/** The atlas's id of a country, from its ISO 3166-1 alpha-2 code. */
export function atlasId(code: string): string | undefined {
  return numericCodes.get(code.trim().toUpperCase());
}

export interface Place {
  rows: Row[];
  at: [number, number] | null;
  /** The atlas's id, where the place is a country. */
  id: string | undefined;
}

/** The places of a table, those with the same code or the same coordinates together. */
export function placesOf(table: Table): Place[] {
  const places = new Map<string, Place>();
  for (const row of table.rows) {
    const code = row.cells[ISO]?.value;
    const at = pointOf(row.cells[COORDINATES]);
    const id = code ? atlasId(code) : undefined;
    if (!id && !at) continue;
    const key = id ?? at?.join(" ") ?? "";
    const place = places.get(key);
    if (place) place.rows.push(row);
    else places.set(key, { rows: [row], at, id });
  }
  return [...places.values()];
}

/** What a place amounts to: the sum of a column over its rows, or the number of rows without one. */
export function amountOf(place: Place, column: string | undefined): number {
  if (!column) return place.rows.length;
  return place.rows.reduce((sum, row) => sum + (numberOf(row.cells[column]) ?? 0), 0);
}

export interface Group<T> {
  x: number;
  y: number;
  members: T[];
}

/** Put together what would be drawn closer than `reach`, the biggest first; each group lies where its members do on average. */
export function grouped<T>(points: readonly { x: number; y: number; weight: number; member: T }[], reach: number): Group<T>[] {
  const groups: (Group<T> & { weight: number })[] = [];
  for (const point of [...points].sort((a, b) => b.weight - a.weight)) {
    const near = groups.find((group) => Math.hypot(group.x - point.x, group.y - point.y) < reach);
    if (!near) {
      groups.push({ x: point.x, y: point.y, weight: point.weight, members: [point.member] });
      continue;
    }
    const weight = near.weight + point.weight;
    near.x += ((point.x - near.x) * point.weight) / weight;
    near.y += ((point.y - near.y) * point.weight) / weight;
    near.weight = weight;
    near.members.push(point.member);
  }
  return groups;
}

/** The spot with the most others around it. */
export function densest(spots: readonly [number, number][], reach: number): [number, number] | null {
  const near = ([x, y]: [number, number]): number => spots.filter(([a, b]) => Math.hypot(a - x, b - y) < reach).length;
  return spots.reduce<{ spot: [number, number] | null; count: number }>((best, spot) => {
    const count = near(spot);
    return count > best.count ? { spot, count } : best;
  }, { spot: null, count: 0 }).spot;
}
