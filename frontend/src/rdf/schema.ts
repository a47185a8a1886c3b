/** The classes and properties of the graph, as the service lists them in `/schema.json`. */

import { language } from "../i18n";
import { request } from "./fetch";
import { textInLanguage } from "./text-in-language";

export interface SchemaTerm {
  iri: string;
  /** Its names by language; a name without a language has the key "". */
  label?: Record<string, string>;
  /** How often the graph uses it. */
  count?: number;
}

export interface Schema {
  prefixes: Record<string, string>;
  classes: SchemaTerm[];
  properties: SchemaTerm[];
}

let schema: Promise<Schema | null> | undefined;

/** The schema, loaded once for a page; null where the service does not answer. */
export function loadSchema(): Promise<Schema | null> {
  schema ??= request("/schema.json", { headers: { Accept: "application/json" } })
    .then((response) => response.json() as Promise<Schema>)
    .catch(() => null);
  return schema;
}

/** Names of classes and properties by IRI, in the language of the page where there is one. */
export async function loadTermNames(): Promise<ReadonlyMap<string, string>> {
  const { classes = [], properties = [] } = (await loadSchema()) ?? {};
  return new Map([...classes, ...properties].flatMap(({ iri, label = {} }): [string, string][] => {
    const name = textInLanguage(Object.entries(label), language);
    return name ? [[iri, name]] : [];
  }));
}
