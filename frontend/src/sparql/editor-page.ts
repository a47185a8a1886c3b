/** The page of the SPARQL editor: write, run, stop, see the result, share, save. */

import { h } from "../dom";
import { translate } from "../i18n";
import { copyButton } from "../page/copy-button";
import { request, ServiceError, type Data, type Problem } from "../rdf/fetch";
import { parseTriples } from "../rdf/ntriples";
import { loadSchema, type Schema } from "../rdf/schema";
import { fromResults, type JsonResults } from "../rdf/table";
import { createEditor, type Editor } from "./editor";
import { createRequest, defaultView, downloadsOf, fragmentOf, sharedQuery, sumServerTiming } from "./protocol";
import { graphResult, resultHead, tableResult, truthResult } from "./results";
import { createSavedQueries } from "./saved-queries";
import "./editor-page.css";

const ACCEPT = "application/sparql-results+json, text/turtle;q=0.9";

/** Put the editor into `<form id="sparql">`. Without scripts, the form leads to a page with the result. */
export function enhanceEditorPage(form: HTMLFormElement): void {
  const textarea = form.querySelector<HTMLTextAreaElement>("textarea[name=query]");
  if (!textarea) return;
  const action = form.getAttribute("action") ?? "/sparql";
  let result = document.getElementById("result");
  if (!result) form.after((result = h("section", { id: "result" })));
  result.setAttribute("aria-label", translate("result"));

  // Without a schema the editor still completes variables and keywords.
  let schema: Schema | null = null;
  void loadSchema().then((loaded) => (schema = loaded));
  const host = h("div", { class: "editor" });
  textarea.before(host);
  const query = sharedQuery(location) ?? textarea.value;
  const editor = createEditor(host, {
    text: query, label: translate("editor"), getSchema: () => schema,
    onRun: () => void page.run(), onChange: (text) => (textarea.value = text),
  });
  const page = new EditorPage(form, action, result, editor);
  textarea.value = query;
  textarea.hidden = true;
  // A browser would not send a form with a required field that is hidden and empty, and would give no reason.
  textarea.required = false;
  form.querySelector(`label[for="${textarea.id}"]`)?.addEventListener("click", () => editor.focus());
  window.addEventListener("hashchange", () => {
    const shared = sharedQuery({ hash: location.hash, search: "" });
    if (shared !== null && shared !== editor.getText()) editor.setText(shared);
  });
  document.addEventListener("click", (event) => {
    const example = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-query]") : null;
    if (!example || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    editor.setText(example.dataset["query"] ?? "");
    editor.focus();
  });
}

class EditorPage {
  private readonly stopButton = h("button", { type: "button", class: "quiet", hidden: true, click: () => this.running?.abort() }, translate("stop"));
  private running: AbortController | undefined;

  constructor(
    private readonly form: HTMLFormElement, private readonly action: string, private readonly result: HTMLElement, private readonly editor: Editor,
  ) {
    const runButton = form.querySelector<HTMLButtonElement>("button:not([type=button])") ?? h("button", {});
    runButton.textContent = translate("run");
    const { save, list } = createSavedQueries(() => editor.getText(), (query) => (editor.setText(query), editor.focus()));
    const shareButton = copyButton(() => new URL(fragmentOf(editor.getText()), location.href.replace(/[?#].*/, "")).href, "link");
    const formatChoice = form.querySelector<HTMLSelectElement>("select[name=format]");
    const formatLabel = formatChoice?.id ? form.querySelector(`label[for="${formatChoice.id}"]`) : null;
    const paragraph = runButton.closest("p");
    form.append(
      h("p", { class: "hint" }, translate("editor.hint")),
      h("div", { class: "bench-bar" }, runButton, this.stopButton, shareButton, save),
      list,
    );
    // The result comes with links for every format.
    formatChoice?.remove();
    formatLabel?.remove();
    if (paragraph && !paragraph.textContent?.trim()) paragraph.remove();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.run();
    });
  }

  async run(): Promise<void> {
    const query = this.editor.getText();
    this.running?.abort();
    const controller = (this.running = new AbortController());
    history.replaceState(null, "", fragmentOf(query));
    this.editor.clearError();
    this.setBusy(true);
    this.showHint("running");
    try {
      await this.showResult(query, controller.signal);
    } catch (error) {
      if (this.running !== controller) return;
      if (controller.signal.aborted) this.showHint("stopped");
      else this.showProblem(error instanceof ServiceError ? error.problem : { title: String(error), detail: "" });
    } finally {
      if (this.running === controller) this.setBusy(false);
    }
  }

  private setBusy(isBusy: boolean): void {
    this.stopButton.hidden = !isBusy;
    this.result.setAttribute("aria-busy", String(isBusy));
    this.form.classList.toggle("busy", isBusy);
  }

  private showHint(key: "running" | "stopped"): void {
    this.result.replaceChildren(h("p", { class: "hint", role: "status" }, translate(key)));
  }

  private async showResult(query: string, signal: AbortSignal): Promise<void> {
    const [address, init] = createRequest(this.action, query, ACCEPT);
    const response = await request(address, { ...init, signal });
    const body = await response.text();
    const milliseconds = sumServerTiming(response.headers.get("server-timing"));
    const first = defaultView(query);
    if ((response.headers.get("content-type") ?? "").startsWith("text/turtle")) {
      this.result.replaceChildren(
        resultHead(null, milliseconds, downloadsOf(this.action, query, "graph")),
        graphResult(body, () => this.loadTriples(query), first),
      );
      return;
    }
    const results = JSON.parse(body) as JsonResults;
    const downloads = downloadsOf(this.action, query, "results");
    if (typeof results.boolean === "boolean") {
      this.result.replaceChildren(resultHead(null, milliseconds, downloads), truthResult(results.boolean));
      return;
    }
    const table = fromResults(results);
    this.result.replaceChildren(resultHead(table.rows.length, milliseconds, downloads), tableResult(table, first));
  }

  private async loadTriples(query: string): Promise<Data> {
    const [address, init] = createRequest(this.action, query, "application/n-triples");
    return { triples: parseTriples(await (await request(address, init)).text()) };
  }

  /** Show what is wrong with a query, and mark the place where the service gives one. */
  private showProblem({ title, detail, advice, line, column }: Problem): void {
    const box = h("div", { class: "problem", role: "alert" }, h("h2", {}, title), detail ? h("p", {}, detail) : null);
    if (line !== undefined && column !== undefined) {
      this.editor.markError(line, column, detail || title);
      box.append(h("p", {}, h("button", { type: "button", class: "quiet", click: () => this.editor.goTo(line, column) },
        translate("error.go", line))));
    } else if (advice) box.append(h("p", { class: "hint" }, advice));
    this.result.replaceChildren(box);
  }
}
