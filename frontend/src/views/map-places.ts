/** What a table shows on a map: countries by code, points by coordinates. */

import codes from "i18n-iso-countries/codes.json";
import { COORDINATES_COLUMN, ISO_CODE_COLUMN, numberOf, pointOf } from "../rdf/columns";
import type { Row, Table } from "../rdf/table";

const atlasIds = new Map(codes.map(([alpha2, , numeric]) => [alpha2, numeric] as [string, string]));

/** The id of a country in the atlas, from its ISO 3166-1 alpha-2 code. */
export function atlasId(code: string): string | undefined {
  return atlasIds.get(code.trim().toUpperCase());
}

export interface Place {
  rows: Row[];
  /** Longitude and latitude. */
  point: [number, number] | null;
  /** The id in the atlas, where the place is a country. */
  countryId: string | undefined;
}

/** The places of a table; rows of the same code or the same coordinates share one. */
export function placesOf(table: Table): Place[] {
  const places = new Map<string, Place>();
  for (const row of table.rows) {
    const code = row.cells[ISO_CODE_COLUMN]?.value;
    const point = pointOf(row.cells[COORDINATES_COLUMN]);
    const countryId = code ? atlasId(code) : undefined;
    const key = countryId ?? point?.join(" ");
    if (key === undefined) continue;
    const place = places.get(key);
    if (place) place.rows.push(row);
    else places.set(key, { rows: [row], point, countryId });
  }
  return [...places.values()];
}

/** The sum of a column over the rows of a place; without a column, the number of its rows. */
export function amountOf(place: Place, column: string | undefined): number {
  if (!column) return place.rows.length;
  return place.rows.reduce((sum, row) => sum + (numberOf(row.cells[column]) ?? 0), 0);
}

export interface PointGroup<T> {
  x: number;
  y: number;
  members: T[];
}

/** Group points that would be drawn closer than `reach`, the heaviest first; a group lies at the weighted mean of its members. */
export function groupPoints<T>(points: readonly { x: number; y: number; weight: number; member: T }[], reach: number): PointGroup<T>[] {
  const groups: (PointGroup<T> & { weight: number })[] = [];
  for (const { x, y, weight, member } of points.toSorted((a, b) => b.weight - a.weight)) {
    const group = groups.find((candidate) => Math.hypot(candidate.x - x, candidate.y - y) < reach);
    if (!group) {
      groups.push({ x, y, weight, members: [member] });
      continue;
    }
    group.weight += weight;
    group.x += ((x - group.x) * weight) / group.weight;
    group.y += ((y - group.y) * weight) / group.weight;
    group.members.push(member);
  }
  return groups;
}

/** The point with the most others closer than `reach`. */
export function densestPoint(points: readonly [number, number][], reach: number): [number, number] | null {
  const countNear = ([x, y]: [number, number]): number => points.filter(([a, b]) => Math.hypot(a - x, b - y) < reach).length;
  return points.reduce<{ point: [number, number] | null; count: number }>((best, point) => {
    const count = countNear(point);
    return count > best.count ? { point, count } : best;
  }, { point: null, count: 0 }).point;
}
