/** The order of cells: numbers by size, words as the page's language sorts them. */

import { parseNumber } from "../i18n";

export type SortKey = number | string | null;

/** What a cell sorts by; null for an empty one. Numbers are read as the language writes them; "2020-01-02" is none. */
export function sortKey(text: string, language: string): SortKey {
  const value = text.trim();
  if (!value) return null;
  const withoutUnit = value
    .replace(/^−/, "-")
    .replace(/\s?(%|€|EUR|ms|s)$/, "")
    .replace(/^€\s?/, "");
  return parseNumber(withoutUnit, language) ?? value;
}

/** A comparison of sort keys: numbers before words. */
export function sortKeyComparator(language: string): (a: SortKey, b: SortKey) => number {
  const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  return (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
    return compare(a ?? "", b ?? "");
  };
}
