/** A reader of RDF 1.1 N-Triples; enough for what the service writes, and it says where it understands nothing. */

import { say } from "../i18n";

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

/** The triples of an N-Triples document. Throws with the line number where a line is none. */
export function parseTriples(text: string): Triple[] {
  return text.split(/\r?\n/).flatMap((line, index) => {
    if (!line.trim() || line.trimStart().startsWith("#")) return [];
    const found = LINE.exec(line);
    if (!found) throw new Error(say("cannot.line", index + 1));
    const [, subject, subjectBlank, predicate = "", object, objectBlank, literal, language] = found;
    return [{
      subject: resource(subject, subjectBlank),
      predicate: plain(predicate),
      object: literal === undefined ? resource(object, objectBlank) : word(literal, language),
    }];
  });
}

function resource(iri: string | undefined, blank: string | undefined): Term {
  return iri === undefined ? { kind: "blank", value: blank ?? "" } : { kind: "iri", value: plain(iri) };
}

function word(literal: string, language: string | undefined): Term {
  const term: Term = { kind: "literal", value: plain(literal) };
  if (language) term.language = language.toLowerCase();
  return term;
}

function plain(escaped: string): string {
  return escaped.replace(/\\(?:u([\dA-Fa-f]{4})|U([\dA-Fa-f]{8})|(.))/g, (_, four?: string, eight?: string, one = "") => {
    const code = four ?? eight;
    return code ? String.fromCodePoint(parseInt(code, 16)) : (ESCAPES[one as string] ?? (one as string));
  });
}
