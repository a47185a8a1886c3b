/** How a query can continue: terms of the graph, variables of the query, keywords and functions of SPARQL 1.1. */

import type { Schema, SchemaTerm } from "../rdf/schema";
import { textInLanguage } from "../rdf/text-in-language";

export interface Proposal {
  /** The text to insert. */
  text: string;
  type: "class" | "property" | "variable" | "keyword" | "function" | "namespace";
  /** The name of the term, and how often the graph uses it. */
  detail?: string;
  /** How likely it is, from -99 to 99. */
  boost?: number;
  /** The prefix that the query must declare for the text. */
  prefix?: string;
}

const KEYWORDS = (
  "SELECT DISTINCT REDUCED CONSTRUCT DESCRIBE ASK WHERE FROM NAMED PREFIX BASE OPTIONAL UNION MINUS GRAPH SERVICE FILTER BIND " +
  "VALUES UNDEF AS ORDER BY ASC DESC GROUP HAVING LIMIT OFFSET EXISTS NOT IN SILENT SEPARATOR true false"
).split(" ");
const FUNCTIONS = (
  "COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND " +
  "CONCAT STRLEN UCASE LCASE ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES SECONDS " +
  "TIMEZONE TZ NOW UUID STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRDT sameTerm isIRI isURI isBLANK " +
  "isLITERAL isNUMERIC REGEX SUBSTR REPLACE"
).split(" ");

/** Tokens in which nothing is proposed, complete or not: comments, strings, IRIs. */
const OPAQUE_TOKENS = /#[^\n]*|"""(?:[^"\\]|\\[^]|"(?!""))*(?:"""|$)|'''(?:[^'\\]|\\[^]|'(?!''))*(?:'''|$)|"(?:[^"\\\n]|\\.)*(?:"|$)|'(?:[^'\\\n]|\\.)*(?:'|$)|<[^<>"{}|^`\\\s]*(?:>|$)/g;
/** Text after which a class is written. */
const BEFORE_CLASS = /(?:^|[\s;.{(])(?:a|rdf:type)\s+[\w:.-]*$/;

/** Where the completed word begins, and the proposals, with names in `language`; null where there is nothing to propose. */
export function completeQuery(
  query: string, position: number, schema: Schema | null, language: string,
): { from: number; proposals: Proposal[] } | null {
  const before = query.slice(0, position);
  for (const { index, 0: token } of before.matchAll(OPAQUE_TOKENS)) {
    const isClosed = /^<.*>$|^(["'])[^]*\1$/.test(token) && token.length > 1;
    if (index + token.length === position && (token.startsWith("#") || !isClosed)) return null;
  }
  const variable = /[?$](\w*)$/.exec(before);
  if (variable) return { from: variable.index, proposals: variablesIn(query, variable.index).map((text) => ({ text, type: "variable" })) };

  const declaration = /\bPREFIX\s+([\w-]*)$/i.exec(before);
  if (declaration) {
    const proposals = Object.entries(schema?.prefixes ?? {}).map(([prefix, namespace]): Proposal =>
      ({ text: `${prefix}: <${namespace}>\n`, type: "namespace" }));
    return { from: position - (declaration[1] ?? "").length, proposals };
  }
  const word = /[\w-]*:?[\w.-]*$/.exec(before)?.[0] ?? "";
  const from = position - word.length;
  const terms = schema ? proposeTerms(schema, BEFORE_CLASS.test(before), language) : [];
  if (word.includes(":")) {
    const prefix = word.slice(0, word.indexOf(":"));
    return { from, proposals: terms.filter((term) => term.prefix === prefix) };
  }
  return {
    from,
    proposals: [
      ...terms,
      ...KEYWORDS.map((text): Proposal => ({ text, type: "keyword" })),
      ...FUNCTIONS.map((text): Proposal => ({ text: `${text}(`, type: "function", boost: -1 })),
    ],
  };
}

/** The variables of a query, apart from the one that begins at `excludedIndex`. */
export function variablesIn(query: string, excludedIndex = -1): string[] {
  const names = [...query.matchAll(/[?$]\w+/g)].filter(({ index }) => index !== excludedIndex).map(([name]) => name);
  return [...new Set(names)];
}

function proposeTerms(schema: Schema, classesOnly: boolean, language: string): Proposal[] {
  const maxCount = Math.max(1, ...[...schema.properties, ...schema.classes].map(({ count = 0 }) => count));
  const propose = (type: "class" | "property") => (term: SchemaTerm): Proposal => {
    const { text, prefix } = compactIri(term.iri, schema.prefixes);
    const proposal: Proposal = { text, type, boost: Math.round((20 * Math.log1p(term.count ?? 0)) / Math.log1p(maxCount)) };
    const name = textInLanguage(Object.entries(term.label ?? {}), language);
    const detail = [name, term.count !== undefined ? `(${term.count})` : ""].filter(Boolean).join(" ");
    if (detail) proposal.detail = detail;
    if (prefix !== undefined) proposal.prefix = prefix;
    return proposal;
  };
  const classes = schema.classes.map(propose("class"));
  return classesOnly ? classes : [...schema.properties.map(propose("property")), ...classes];
}

/** An IRI with the prefix of the longest namespace that it is in, else in full. */
export function compactIri(iri: string, prefixes: Record<string, string>): { text: string; prefix?: string } {
  const [longest] = Object.entries(prefixes)
    .filter(([, namespace]) => iri.startsWith(namespace) && /^(?:\w(?:[\w.-]*[\w-])?)?$/.test(iri.slice(namespace.length)))
    .sort((a, b) => b[1].length - a[1].length);
  if (!longest) return { text: `<${iri}>` };
  return { text: `${longest[0]}:${iri.slice(longest[1].length)}`, prefix: longest[0] };
}

/** The line that declares a prefix, and where to insert it; null where the query declares the prefix already. */
export function declarePrefix(query: string, prefix: string, namespace: string): { position: number; text: string } | null {
  const declarations = [...query.matchAll(/^[^\S\n]*(?:PREFIX\s+([\w.-]*):\s*<[^>]*>|BASE\s*<[^>]*>)[^\n]*(?:\n|$)/gim)];
  if (declarations.some(([, name]) => name === prefix)) return null;
  const line = `PREFIX ${prefix}: <${namespace}>\n`;
  const last = declarations.at(-1);
  if (last) {
    return { position: last.index + last[0].length, text: last[0].endsWith("\n") ? line : `\n${line}` };
  }
  // After the first comments, which describe the query.
  return { position: /^(?:\s*#[^\n]*\n)*/.exec(query)?.[0].length ?? 0, text: line };
}
