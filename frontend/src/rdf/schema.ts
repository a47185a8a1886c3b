/** What classes and properties are called, for results that do not say it themselves. */

import { language } from "../i18n";
import { ask } from "./fetch";

interface Schema {
  classes: Term[];
  properties: Term[];
}

interface Term {
  iri: string;
  label: Record<string, string>;
}

let known: Promise<ReadonlyMap<string, string>> | undefined;

/** Names by IRI in the page's language, else in English; none where the service does not tell them. */
export function termNames(): Promise<ReadonlyMap<string, string>> {
  known ??= load().catch(() => new Map<string, string>());
  return known;
}

async function load(): Promise<ReadonlyMap<string, string>> {
  const response = await ask("/schema.json", { headers: { Accept: "application/json" } });
  const { classes, properties } = (await response.json()) as Schema;
  return new Map([...classes, ...properties].flatMap(({ iri, label }): [string, string][] => {
    const name = label[language] ?? label["en"] ?? label[""];
    return name ? [[iri, name]] : [];
  }));
}
