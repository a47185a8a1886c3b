/** Answers of the service: a table, triples, or a problem that says what is wrong. */

import { language, say } from "../i18n";
import { parseTriples, type Triple } from "./ntriples";
import { fromResults, type JsonResults, type Table } from "./table";

export type Data = { table: Table } | { triples: Triple[] };

/** RFC 9457 problem details, with what this service adds. */
export interface Problem {
  title: string;
  detail: string;
  advice?: string;
  status?: number;
  line?: number;
  column?: number;
}

export class ServiceError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
}

/** Ask for an address; throws ServiceError where the service refuses, AbortError where it was stopped. */
export async function ask(address: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    // What goes wrong is told in the page's language, whatever the browser's is.
    const headers = new Headers(init.headers);
    headers.set("Accept-Language", language);
    response = await fetch(address, { ...init, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ServiceError({ title: say("unreachable"), detail: "" });
  }
  if (!response.ok) throw new ServiceError(await problemOf(response));
  return response;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = { title: `${response.status} ${response.statusText}`.trim(), detail: "", status: response.status };
  if (!(response.headers.get("content-type") ?? "").includes("json")) return fallback;
  return { ...fallback, ...((await response.json()) as Partial<Problem>) };
}

/** The data behind a view. */
export async function load(address: string): Promise<Data> {
  const response = await ask(address, { headers: { Accept: "application/sparql-results+json, application/n-triples" } });
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("application/n-triples")) return { triples: parseTriples(await response.text()) };
  return { table: fromResults((await response.json()) as JsonResults) };
}
