/** The page of the SPARQL editor: write, run, stop, look, share, keep. */

import { h } from "../dom";
import { copyButton } from "../page/copy-button";
import { ask, load, ServiceError, type Problem } from "../rdf/fetch";
import { parseTriples } from "../rdf/ntriples";
import { fromResults, type JsonResults } from "../rdf/table";
import { say } from "../i18n";
import { createEditor, type Editor } from "./editor";
import type { Schema } from "./completion";
import { downloadsFor, fragmentFor, requestFor, serverTime, sharedQuery, viewAskedFor } from "./protocol";
import { graphResult, resultHead, tableResult, truthResult } from "./results";
import { savedQueries } from "./saved-queries";
import "./editor-page.css";

const ACCEPT = "application/sparql-results+json, text/turtle;q=0.9";

/** Make `<form id="sparql">` a workbench. Without this, it is a form that leads to a page with the result. */
export function enhanceEditor(form: HTMLFormElement): void {
  const area = form.querySelector<HTMLTextAreaElement>("textarea[name=query]");
  if (!area) return;
  const action = form.getAttribute("action") ?? "/sparql";
  let result = document.getElementById("result");
  if (!result) form.after((result = h("section", { id: "result" })));
  result.setAttribute("aria-label", say("result"));

  let schema: Schema | null = null;
  void schemaFrom(form.dataset["schema"]).then((found) => (schema = found));
  const host = h("div", { class: "editor" });
  area.before(host);
  const text = sharedQuery(location) ?? area.value;
  const bench = new Bench(form, action, result, createEditor(host, {
    text, label: say("editor"), schema: () => schema, onRun: () => void bench.run(), onChange: (now) => (area.value = now),
  }));
  area.value = text;
  area.hidden = true;
  // A hidden field that asks to be filled in would hold up the form without a word.
  area.required = false;
  form.querySelector(`label[for="${area.id}"]`)?.addEventListener("click", () => bench.editor.focus());
  window.addEventListener("hashchange", () => {
    const shared = sharedQuery({ hash: location.hash, search: "" });
    if (shared !== null && shared !== bench.editor.text()) bench.editor.replace(shared);
  });
  document.addEventListener("click", (event) => {
    const example = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-query]") : null;
    if (!example || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    bench.editor.replace(example.dataset["query"] ?? "");
    bench.editor.focus();
  });
}

async function schemaFrom(address: string | undefined): Promise<Schema | null> {
  if (!address) return null;
  try {
    return (await (await ask(address, { headers: { Accept: "application/json" } })).json()) as Schema;
  } catch {
    // Without it the editor still completes variables and keywords.
    return null;
  }
}

class Bench {
  private readonly stop = h("button", { type: "button", class: "quiet", hidden: true, click: () => this.running?.abort() }, say("stop"));
  private running: AbortController | undefined;

  constructor(
    private readonly form: HTMLFormElement, private readonly action: string, private readonly result: HTMLElement, readonly editor: Editor,
  ) {
    const run = form.querySelector<HTMLButtonElement>("button:not([type=button])") ?? h("button", {});
    run.textContent = say("run");
    const { save, list } = savedQueries(() => editor.text(), (query) => (editor.replace(query), editor.focus()));
    const share = copyButton(() => new URL(fragmentFor(editor.text()), location.href.replace(/[?#].*/, "")).href, "link");
    const choice = form.querySelector<HTMLSelectElement>("select[name=format]");
    const label = choice?.id ? form.querySelector(`label[for="${choice.id}"]`) : null;
    const emptied = run.closest("p");
    form.append(
      h("p", { class: "hint" }, say("editor.hint")),
      h("div", { class: "bench-bar" }, run, this.stop, share, save),
      list,
    );
    // The result comes with links for every format.
    choice?.remove();
    label?.remove();
    if (emptied && !emptied.textContent?.trim()) emptied.remove();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.run();
    });
  }

  async run(): Promise<void> {
    const query = this.editor.text();
    this.running?.abort();
    const mine = (this.running = new AbortController());
    history.replaceState(null, "", fragmentFor(query));
    this.editor.mark();
    this.busy(true);
    this.result.replaceChildren(h("p", { class: "hint", role: "status" }, say("running")));
    try {
      await this.show(query, mine.signal);
    } catch (error) {
      if (this.running !== mine) return;
      if (mine.signal.aborted) this.result.replaceChildren(h("p", { class: "hint", role: "status" }, say("stopped")));
      else this.tell(error instanceof ServiceError ? error.problem : { title: String(error), detail: "" });
    } finally {
      if (this.running === mine) this.busy(false);
    }
  }

  private busy(now: boolean): void {
    this.stop.hidden = !now;
    this.result.setAttribute("aria-busy", String(now));
    this.form.classList.toggle("busy", now);
  }

  private async show(query: string, signal: AbortSignal): Promise<void> {
    const [address, init] = requestFor(this.action, query, ACCEPT);
    const response = await ask(address, { ...init, signal });
    const body = await response.text();
    const time = serverTime(response.headers.get("server-timing"));
    const first = viewAskedFor(query);
    if ((response.headers.get("content-type") ?? "").startsWith("text/turtle")) {
      this.result.replaceChildren(
        resultHead(null, time, downloadsFor(this.action, query, "graph")),
        graphResult(body, () => this.triples(query), first),
      );
      return;
    }
    const document = JSON.parse(body) as JsonResults;
    const downloads = downloadsFor(this.action, query, "results");
    if (typeof document.boolean === "boolean") {
      this.result.replaceChildren(resultHead(null, time, downloads), truthResult(document.boolean));
      return;
    }
    const table = fromResults(document);
    this.result.replaceChildren(resultHead(table.rows.length, time, downloads), tableResult(table, first));
  }

  private async triples(query: string): ReturnType<typeof load> {
    const [address, init] = requestFor(this.action, query, "application/n-triples");
    return { triples: parseTriples(await (await ask(address, init)).text()) };
  }

  /** Say what is wrong, and mark it where the service names a place. */
  private tell({ title, detail, advice, line, column }: Problem): void {
    const box = h("div", { class: "problem", role: "alert" }, h("h2", {}, title), detail ? h("p", {}, detail) : null);
    if (line !== undefined && column !== undefined) {
      this.editor.mark({ line, column, message: detail || title });
      box.append(h("p", {}, h("button", { type: "button", class: "quiet", click: () => this.editor.goTo(line, column) },
        say("error.go", line))));
    } else if (advice) box.append(h("p", { class: "hint" }, advice));
    this.result.replaceChildren(box);
  }
}
