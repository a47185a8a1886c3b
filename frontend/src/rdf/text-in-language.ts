/** Which text to show in a language: the same rule as in the service (`text_in_language`). */

/** A text behind its language tag, which is empty where the text has no language. */
export type TaggedText = readonly [language: string, text: string];

/** The text in a language, else one in a regional form of it, else the English one, else one without a language, else any. */
export function textInLanguage(texts: readonly TaggedText[], language: string): string | undefined {
  return texts.toSorted(([tagA, textA], [tagB, textB]) =>
    rank(tagA, language) - rank(tagB, language) || compare(tagA, tagB) || compare(textA, textB))[0]?.[1];
}

function rank(tag: string, language: string): number {
  const fits = [tag === language, primarySubtag(tag) === primarySubtag(language), tag === "en", primarySubtag(tag) === "en", tag === ""];
  return fits.includes(true) ? fits.indexOf(true) : fits.length;
}

function primarySubtag(tag: string): string | undefined {
  return tag.split("-")[0];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
