/** The order of cells: numbers by size, words as the page's language sorts them. */

export type Key = number | string | null;

/** What a cell sorts by; null for an empty one. "1,234" and "1.234,5" count as numbers, "2020-01-02" does not. */
export function sortKey(text: string): Key {
  const value = text.trim();
  if (!value) return null;
  const plain = value
    .replace(/^−/, "-")
    .replace(/\s?(%|€|EUR|ms|s)$/, "")
    .replace(/^€\s?/, "");
  if (/^-?\d+([.]\d+)?$/.test(plain)) return Number(plain);
  if (/^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(plain)) return Number(plain.replaceAll(",", ""));
  if (/^-?\d{1,3}(\.\d{3})+(,\d+)?$/.test(plain)) return Number(plain.replaceAll(".", "").replace(",", "."));
  return value;
}

/** A comparison for keys: numbers before words. */
export function compareTexts(language: string): (a: Key, b: Key) => number {
  const { compare } = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  return (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
    return compare(a ?? "", b ?? "");
  };
}
