/** The editor: CodeMirror in a shadow tree. There it uses constructed style sheets, which the Content-Security-Policy allows. */

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type Completion, type CompletionContext } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { EditorState, type Transaction } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { language } from "../i18n";
import type { Schema } from "../rdf/schema";
import { completeQuery, declarePrefix, type Proposal } from "./completion";

export interface Editor {
  getText(): string;
  setText(text: string): void;
  /** Mark a place with a message. Lines and columns count from 1. */
  markError(line: number, column: number, message: string): void;
  clearError(): void;
  goTo(line: number, column: number): void;
  focus(): void;
}

export interface EditorOptions {
  text: string;
  label: string;
  getSchema: () => Schema | null;
  onRun: () => void;
  onChange: (text: string) => void;
}

const MAX_SHOWN_PROPOSALS = 60;
/** How far after an error its word is searched. */
const MAX_ERROR_WORD_LENGTH = 80;

const highlighting = HighlightStyle.define([
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
        // First, so that no other key map gets the key.
        keymap.of([{ key: "Mod-Enter", run: () => (options.onRun(), true) }]),
        lineNumbers(),
        highlightActiveLine(),
        history(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        EditorView.domEventHandlers({ beforeinput: replaceSelection }),
        autocompletion({ override: [(context) => proposeCompletions(context, options.getSchema())], icons: false, maxRenderedOptions: MAX_SHOWN_PROPOSALS }),
        StreamLanguage.define(sparql),
        syntaxHighlighting(highlighting),
        lintGutter(),
        theme,
        EditorView.lineWrapping,
        // No binding for Tab: the browser goes to the next control, so that the keyboard can leave the editor.
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...lintKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.contentAttributes.of({ "aria-label": options.label, spellcheck: "false" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  const offsetOf = (lineNumber: number, column: number): number => {
    const { doc } = view.state;
    const line = doc.line(Math.max(1, Math.min(lineNumber, doc.lines)));
    return Math.min(line.from + countCodeUnits(line.text, column - 1), line.to);
  };
  return {
    getText: () => view.state.doc.toString(),
    setText: (text) => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } }),
    markError: (line, column, message) => {
      const { doc } = view.state;
      const from = offsetOf(line, column);
      const wordLength = /^[\w:?$.-]+/.exec(doc.sliceString(from, from + MAX_ERROR_WORD_LENGTH))?.[0].length ?? 1;
      const to = Math.min(from + wordLength, doc.length);
      // At the end of the query, the last character is marked.
      view.dispatch(setDiagnostics(view.state, [{ from: to === from ? Math.max(0, from - 1) : from, to, severity: "error", message }]));
    },
    clearError: () => view.dispatch(setDiagnostics(view.state, [])),
    goTo: (line, column) => {
      view.dispatch({ selection: { anchor: offsetOf(line, column) }, scrollIntoView: true });
      view.focus();
    },
    focus: () => view.focus(),
  };
}

/** Replace the selection by a typed text. Chromium itself would keep the look in style attributes, which the policy forbids. */
function replaceSelection(event: InputEvent, view: EditorView): boolean {
  const { data: text, inputType } = event;
  const { from, to } = view.state.selection.main;
  if (inputType !== "insertText" || !text || from === to || view.composing) return false;
  const insert = (): Transaction => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type", scrollIntoView: true });
  const isHandled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, text, insert));
  if (!isHandled) view.dispatch(insert());
  return true;
}

/** The UTF-16 code units of so many characters: the service counts characters, the editor code units. */
function countCodeUnits(line: string, characters: number): number {
  return [...line].slice(0, Math.max(0, characters)).join("").length;
}

function proposeCompletions(context: CompletionContext, schema: Schema | null): { from: number; options: Completion[]; validFor?: RegExp } | null {
  const { from, proposals } = completeQuery(context.state.doc.toString(), context.pos, schema, language) ?? { from: 0, proposals: [] };
  if (!proposals.length) return null;
  // An empty word is completed only where the reader asks for it (Ctrl+Space).
  if (!context.explicit && from === context.pos) return null;
  return { from, options: proposals.map((proposal) => completionOf(proposal, schema)), validFor: /^[?$]?[\w:.-]*$/ };
}

function completionOf(proposal: Proposal, schema: Schema | null): Completion {
  const { text, type, detail, boost, prefix } = proposal;
  const completion: Completion = { label: text.trimEnd(), type };
  if (detail !== undefined) completion.detail = detail;
  if (boost !== undefined) completion.boost = boost;
  const namespace = prefix === undefined ? undefined : schema?.prefixes[prefix];
  completion.apply = (view, _, from, to) => {
    const declaration = prefix !== undefined && namespace ? declarePrefix(view.state.doc.toString(), prefix, namespace) : null;
    const changes = [{ from, to, insert: text }, ...(declaration ? [{ from: declaration.position, insert: declaration.text }] : [])];
    const caret = from + text.length + (declaration && declaration.position <= from ? declaration.text.length : 0);
    view.dispatch({ changes, selection: { anchor: caret }, userEvent: "input.complete" });
  };
  return completion;
}
