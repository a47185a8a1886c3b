/** What a query can go on with: terms of the graph, variables of the query, words of SPARQL 1.1. */

export interface SchemaTerm {
  iri: string;
  /** Its name by language; what is in none stands under "". */
  label?: Record<string, string>;
  count?: number;
}

export interface Schema {
  prefixes: Record<string, string>;
  classes: SchemaTerm[];
  properties: SchemaTerm[];
}

export interface Proposal {
  /** What is written. */
  text: string;
  type: "class" | "property" | "variable" | "keyword" | "function" | "namespace";
  /** A name in words. */
  detail?: string;
  /** More likely ones are higher, from -99 to 99. */
  boost?: number;
  /** The prefix that the text needs declared. */
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

// Tokens in which nothing is proposed, closed or not: comments, strings, IRIs.
const OPAQUE = /#[^\n]*|"""(?:[^"\\]|\\[^]|"(?!""))*(?:"""|$)|'''(?:[^'\\]|\\[^]|'(?!''))*(?:'''|$)|"(?:[^"\\\n]|\\.)*(?:"|$)|'(?:[^'\\\n]|\\.)*(?:'|$)|<[^<>"{}|^`\\\s]*(?:>|$)/g;
const CLASS_PLACE = /(?:^|[\s;.{(])(?:a|rdf:type)\s+[\w:.-]*$/;

/** Where to complete from, and the proposals with names in `language`; null where there is nothing to propose. */
export function complete(
  query: string, position: number, schema: Schema | null, language: string,
): { from: number; proposals: Proposal[] } | null {
  const before = query.slice(0, position);
  for (const { index, 0: token } of before.matchAll(OPAQUE)) {
    const closed = /^<.*>$|^(["'])[^]*\1$/.test(token) && token.length > 1;
    if (index + token.length === position && (token.startsWith("#") || !closed)) return null;
  }
  const variable = /[?$](\w*)$/.exec(before);
  if (variable) return { from: variable.index, proposals: variablesOf(query, variable.index).map((text) => ({ text, type: "variable" })) };

  const declaring = /\bPREFIX\s+([\w-]*)$/i.exec(before);
  if (declaring) {
    const proposals = Object.entries(schema?.prefixes ?? {}).map(([prefix, namespace]): Proposal =>
      ({ text: `${prefix}: <${namespace}>\n`, type: "namespace" }));
    return { from: position - (declaring[1] ?? "").length, proposals };
  }
  const word = /[\w-]*:?[\w.-]*$/.exec(before)?.[0] ?? "";
  const from = position - word.length;
  const terms = schema ? termsOf(schema, CLASS_PLACE.test(before), language) : [];
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

/** The variables of a query, apart from the one being written at `besides`. */
export function variablesOf(query: string, besides = -1): string[] {
  const found = [...query.matchAll(/[?$]\w+/g)].filter(({ index }) => index !== besides).map(([name]) => name);
  return [...new Set(found)];
}

function termsOf(schema: Schema, classesOnly: boolean, language: string): Proposal[] {
  const most = Math.max(1, ...schema.properties.map(({ count = 0 }) => count), ...schema.classes.map(({ count = 0 }) => count));
  const make = (type: "class" | "property") => (term: SchemaTerm): Proposal => {
    const { text, prefix } = compact(term.iri, schema.prefixes);
    const proposal: Proposal = { text, type, boost: Math.round((20 * Math.log1p(term.count ?? 0)) / Math.log1p(most)) };
    const name = term.label?.[language] ?? term.label?.["en"] ?? term.label?.[""];
    const said = [name, term.count !== undefined ? `(${term.count})` : ""].filter(Boolean).join(" ");
    if (said) proposal.detail = said;
    if (prefix !== undefined) proposal.prefix = prefix;
    return proposal;
  };
  const classes = schema.classes.map(make("class"));
  return classesOnly ? classes : [...schema.properties.map(make("property")), ...classes];
}

/** An IRI with the prefix of the longest namespace that fits, or in full. */
export function compact(iri: string, prefixes: Record<string, string>): { text: string; prefix?: string } {
  const [best] = Object.entries(prefixes)
    .filter(([, namespace]) => iri.startsWith(namespace) && /^(?:\w(?:[\w.-]*[\w-])?)?$/.test(iri.slice(namespace.length)))
    .sort((a, b) => b[1].length - a[1].length);
  if (!best) return { text: `<${iri}>` };
  return { text: `${best[0]}:${iri.slice(best[1].length)}`, prefix: best[0] };
}

/** The line that declares a prefix and where it goes; null where the query declares it. */
export function declaration(query: string, prefix: string, namespace: string): { at: number; insert: string } | null {
  const declared = [...query.matchAll(/^[^\S\n]*(?:PREFIX\s+([\w.-]*):\s*<[^>]*>|BASE\s*<[^>]*>)[^\n]*(?:\n|$)/gim)];
  if (declared.some(([, name]) => name === prefix)) return null;
  const line = `PREFIX ${prefix}: <${namespace}>\n`;
  const last = declared.at(-1);
  if (last) {
    const at = last.index + last[0].length;
    return { at, insert: last[0].endsWith("\n") ? line : `\n${line}` };
  }
  // Under the comments that a query begins with, as they say what it is.
  return { at: /^(?:\s*#[^\n]*\n)*/.exec(query)?.[0].length ?? 0, insert: line };
}
