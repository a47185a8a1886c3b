/** A parser for RDF 1.1 N-Triples as the service writes it. */

import { translate } from "../i18n";

export interface Term {
  kind: "iri" | "blank" | "literal";
  value: string;
  language?: string;
}

export interface Triple {
  subject: Term;
  predicate: string;
  object: Term;
}

const RESOURCE = String.raw`<([^>]*)>|(_:[^\s<"]+)`;
const LINE = new RegExp(
  String.raw`^\s*(?:${RESOURCE})\s*<([^>]*)>\s*(?:${RESOURCE}|"((?:[^"\\]|\\.)*)"(?:@([\w-]+)|\^\^<[^>]*>)?)\s*\.\s*(?:#.*)?$`,
);
const ESCAPES: Record<string, string> = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

/** The triples of an N-Triples document. Throws an error that names the line where a line is not N-Triples. */
export function parseTriples(text: string): Triple[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (!line.trim() || line.trimStart().startsWith("#")) return [];
    const match = LINE.exec(line);
    if (!match) throw new Error(translate("cannot.line", index + 1));
    const [, subject, subjectBlank, predicate = "", object, objectBlank, literal, language] = match;
    return [{
      subject: resourceTerm(subject, subjectBlank),
      predicate: unescapeText(predicate),
      object: literal === undefined ? resourceTerm(object, objectBlank) : literalTerm(literal, language),
    }];
  });
}

function resourceTerm(iri: string | undefined, blank: string | undefined): Term {
  return iri === undefined ? { kind: "blank", value: blank ?? "" } : { kind: "iri", value: unescapeText(iri) };
}

function literalTerm(literal: string, language: string | undefined): Term {
  const term: Term = { kind: "literal", value: unescapeText(literal) };
  if (language) term.language = language.toLowerCase();
  return term;
}

function unescapeText(escaped: string): string {
  return escaped.replace(/\\(?:u([\dA-Fa-f]{4})|U([\dA-Fa-f]{8})|(.))/g, (_, four?: string, eight?: string, letter = "") => {
    const code = four ?? eight;
    return code ? String.fromCodePoint(parseInt(code, 16)) : (ESCAPES[letter as string] ?? (letter as string));
  });
}
