/** The order of cells: numbers by size, words as the page's language sorts them. */

export type Key = number | string | null;

/** What a cell sorts by; null for an empty one. Numbers are read as the language writes them; "2020-01-02" is none. */
export function sortKey(text: string, language: string): Key {
  const value = text.trim();
  if (!value) return null;
  const plain = value
    .replace(/^−/, "-")
    .replace(/\s?(%|€|EUR|ms|s)$/, "")
    .replace(/^€\s?/, "");
  return written(plain, language) ?? value;
}

/** The number that a text is in a language, "1,234.5" in English and "1.234,5" in German; null if it is none. */
export function written(text: string, language: string): number | null {
  const english = language === "de" ? text.replace(/[.,]/g, (mark) => (mark === "." ? "," : ".")) : text;
  return /^-?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?$/.test(english) ? Number(english.replaceAll(",", "")) : null;
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
