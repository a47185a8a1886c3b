/** The editor: CodeMirror in a shadow tree, where its styles are constructed style sheets, which the CSP allows. */

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type Completion, type CompletionContext } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Transaction } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { language } from "../i18n";
import { complete, declaration, type Proposal, type Schema } from "./completion";

export interface Editor {
  text(): string;
  replace(text: string): void;
  /** Mark a place, both counted from 1, with a message; none takes the mark away. */
  mark(place?: { line: number; column: number; message: string }): void;
  goTo(line: number, column: number): void;
  focus(): void;
}

export interface EditorOptions {
  text: string;
  label: string;
  schema: () => Schema | null;
  onRun: () => void;
  onChange: (text: string) => void;
}

const colours = HighlightStyle.define([
  { tag: [tags.keyword], color: "var(--code-keyword)", fontWeight: "600" },
  { tag: [tags.atom], color: "var(--link)" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--code-variable)" },
  { tag: [tags.string, tags.number, tags.bool], color: "var(--code-literal)" },
  { tag: [tags.comment], color: "var(--quiet)", fontStyle: "italic" },
]);

const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--quiet)", borderRadius: ".3rem", fontSize: ".9rem" },
  "&.cm-focused": { outline: "3px solid var(--link)", outlineOffset: "1px" },
  ".cm-scroller": { fontFamily: "ui-monospace, monospace", lineHeight: "1.5", minHeight: "14rem", maxHeight: "60vh" },
  ".cm-content": { caretColor: "var(--ink)", padding: ".5rem 0" },
  ".cm-gutters": { color: "var(--quiet)", backgroundColor: "var(--soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--soft) 55%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "var(--line)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--line)" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--line)", borderRadius: ".3rem", boxShadow: "0 4px 16px rgb(0 0 0 / 20%)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "ui-monospace, monospace", maxWidth: "min(38rem, 90vw)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--paper)", backgroundColor: "var(--link)" },
  ".cm-completionDetail": { fontFamily: "system-ui, sans-serif", fontStyle: "normal", opacity: ".8" },
  ".cm-completionInfo": { maxWidth: "20rem", padding: ".4rem .6rem", fontFamily: "system-ui, sans-serif" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--wrong)", textUnderlineOffset: "3px", backgroundColor: "color-mix(in srgb, var(--wrong) 18%, transparent)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--wrong)" },
});

/** Put an editor into `host`. */
export function createEditor(host: HTMLElement, options: EditorOptions): Editor {
  const root = host.attachShadow({ mode: "open" });
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        // First, so that nothing else takes the key.
        keymap.of([{ key: "Mod-Enter", run: () => (options.onRun(), true) }]),
        lineNumbers(),
        highlightActiveLine(),
        history(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        EditorView.domEventHandlers({ beforeinput: typeOver }),
        autocompletion({ override: [(context) => propose(context, options.schema())], icons: false, maxRenderedOptions: 60 }),
        StreamLanguage.define(sparql),
        syntaxHighlighting(colours),
        lintGutter(),
        theme,
        EditorView.lineWrapping,
        // Tab is left to the browser: it goes to the next control.
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.contentAttributes.of({ "aria-label": options.label, spellcheck: "false" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  const offset = (line: number, column: number): number => {
    const { doc } = view.state;
    const found = doc.line(Math.max(1, Math.min(line, doc.lines)));
    return Math.min(found.from + codeUnits(found.text, column - 1), found.to);
  };
  return {
    text: () => view.state.doc.toString(),
    replace: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    mark: (place) => {
      const from = place ? offset(place.line, place.column) : 0;
      const word = /^[\w:?$.-]+/.exec(view.state.doc.sliceString(from, from + 80))?.[0].length ?? 1;
      const to = Math.min(from + word, view.state.doc.length);
      const found = place ? [{ from: to === from ? Math.max(0, from - 1) : from, to, severity: "error" as const, message: place.message }] : [];
      view.dispatch(setDiagnostics(view.state, found));
    },
    goTo: (line, column) => {
      view.dispatch({ selection: { anchor: offset(line, column) }, scrollIntoView: true });
      view.focus();
    },
    focus: () => view.focus(),
  };
}

/** Typing over a selection. Left to itself, Chromium keeps its looks in style attributes, which the CSP refuses. */
function typeOver(event: InputEvent, view: EditorView): boolean {
  const { data: text, inputType } = event;
  const { from, to } = view.state.selection.main;
  if (inputType !== "insertText" || !text || from === to || view.composing) return false;
  const insert = (): Transaction => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
  const taken = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert));
  if (!taken) view.dispatch(insert());
  return true;
}

/** The service counts characters, the browser UTF-16 code units. */
function codeUnits(line: string, characters: number): number {
  return [...line].slice(0, Math.max(0, characters)).join("").length;
}

function propose(context: CompletionContext, schema: Schema | null): { from: number; options: Completion[]; validFor?: RegExp } | null {
  const found = complete(context.state.doc.toString(), context.pos, schema, language);
  if (!found?.proposals.length) return null;
  // An empty word is completed only when asked for.
  if (!context.explicit && found.from === context.pos) return null;
  return { from: found.from, options: found.proposals.map((one) => option(one, schema)), validFor: /^[?$]?[\w:.-]*$/ };
}

function option(proposal: Proposal, schema: Schema | null): Completion {
  const { text, type, detail, boost, prefix } = proposal;
  const completion: Completion = { label: text.trimEnd(), type };
  if (detail !== undefined) completion.detail = detail;
  if (boost !== undefined) completion.boost = boost;
  const namespace = prefix === undefined ? undefined : schema?.prefixes[prefix];
  completion.apply = (view, _, from, to) => {
    const missing = prefix !== undefined && namespace ? declaration(view.state.doc.toString(), prefix, namespace) : null;
    const changes = [{ from, to, insert: text }, ...(missing ? [{ from: missing.at, insert: missing.insert }] : [])];
    const caret = from + text.length + (missing && missing.at <= from ? missing.insert.length : 0);
    view.dispatch({ changes, selection: { anchor: caret }, userEvent: "input.complete" });
  };
  return completion;
}
