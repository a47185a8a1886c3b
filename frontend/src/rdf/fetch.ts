/** Requests to the service, which answers with a table, with triples, or with a problem. */

import { language, translate } from "../i18n";
import { parseTriples, type Triple } from "./ntriples";
import { fromResults, type JsonResults, type Table } from "./table";

export type Data = { table: Table } | { triples: Triple[] };

/** RFC 9457 problem details, with the members that this service adds. */
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

/** Request an address. Throws a ServiceError where the service refuses, an AbortError where the request was stopped. */
export async function request(address: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    // Problems come in the language of the page, which may differ from that of the browser.
    const headers = new Headers(init.headers);
    headers.set("Accept-Language", language);
    response = await fetch(address, { ...init, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ServiceError({ title: translate("unreachable"), detail: "" });
  }
  if (!response.ok) throw new ServiceError(await problemOf(response));
  return response;
}

async function problemOf(response: Response): Promise<Problem> {
  const fallback = { title: `${response.status} ${response.statusText}`.trim(), detail: "", status: response.status };
  if (!(response.headers.get("content-type") ?? "").includes("json")) return fallback;
  return { ...fallback, ...((await response.json()) as Partial<Problem>) };
}

/** The data of a view. */
export async function loadData(address: string): Promise<Data> {
  const response = await request(address, { headers: { Accept: "application/sparql-results+json, application/n-triples" } });
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("application/n-triples")) return { triples: parseTriples(await response.text()) };
  return { table: fromResults((await response.json()) as JsonResults) };
}
