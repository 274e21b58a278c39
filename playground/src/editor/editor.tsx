import {
  cursorDocEnd,
  cursorDocStart,
  history,
  redo,
  selectAll,
  selectDocEnd,
  selectDocStart,
  undo,
} from "@codemirror/commands";
import { EditorSelection, EditorState, StateEffect, StateField } from "@codemirror/state";
import { type Command, Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import { useEffect, useRef } from "preact/hooks";
import type { Problem } from "../worker/answers.js";
import { jsonColours, rangeOfPath } from "./json-text.js";
import { lineNumbers } from "./line-numbers.js";

interface EditorProps {
  readonly label: string;
  readonly value: string;
  readonly language: "json" | "template" | "text";
  readonly problems: readonly Problem[];
  readonly onChange: (value: string) => void;
  /** Called with a function that shows a problem in the text. */
  readonly onReady?: (show: (problem: Problem) => void) => void;
}

const MARKS = {
  error: Decoration.mark({ class: "is-error" }),
  warning: Decoration.mark({ class: "is-warning" }),
} as const;
const setMarks = StateEffect.define<DecorationSet>();

/** Where something is wrong. The marks move along while the text is edited, until the next answer. */
const markedPlaces = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, transaction) =>
    transaction.effects.reduce(
      (last, effect) => (effect.is(setMarks) ? effect.value : last),
      marks.map(transaction.changes),
    ),
  provide: (field) => EditorView.decorations.from(field),
});

const IS_MAC = /^(?:Mac|iP)/.test(navigator.platform);

/**
 * Keys that the browser alone cannot serve, as only what is in view is in the page. They are few: CodeMirror's own keymaps would
 * weigh five times as much.
 */
const KEYS: Readonly<Record<string, Command>> = {
  "Mod-a": selectAll,
  "Mod-z": undo,
  "Mod-Shift-z": redo,
  ...(IS_MAC ? {} : { "Mod-y": redo }),
  "Mod-home": cursorDocStart,
  "Mod-Shift-home": selectDocStart,
  "Mod-end": cursorDocEnd,
  "Mod-Shift-end": selectDocEnd,
  ...(IS_MAC
    ? {
        "Mod-arrowup": cursorDocStart,
        "Mod-Shift-arrowup": selectDocStart,
        "Mod-arrowdown": cursorDocEnd,
        "Mod-Shift-arrowdown": selectDocEnd,
      }
    : {}),
  enter: breakLine,
};

function runKey(event: KeyboardEvent, view: EditorView): boolean {
  const { key, keyCode, ctrlKey, metaKey, altKey, shiftKey } = event;
  if (view.composing || altKey || (IS_MAC ? ctrlKey : metaKey)) return false;
  // Where letters are Cyrillic or Greek, say, shortcuts go by the Latin letter on the same key.
  const name = /^[^ -~]$/.test(key) ? String.fromCharCode(keyCode) : key;
  const isMod = IS_MAC ? metaKey : ctrlKey;
  const isShift = shiftKey && key !== "Enter";
  return KEYS[`${isMod ? "Mod-" : ""}${isShift ? "Shift-" : ""}${name.toLowerCase()}`]?.(view) ?? false;
}

/**
 * Replaces selected text without the browser's help, which would give the new text the style of the old one, as an attribute
 * that the page's policy forbids.
 */
function replaceSelection(event: InputEvent, view: EditorView): boolean {
  const { inputType, data } = event;
  if (view.composing || view.state.selection.main.empty) return false;
  const text = inputType === "insertText" ? data : inputType.startsWith("delete") ? "" : null;
  if (text === null) return false;
  event.preventDefault();
  view.dispatch(view.state.replaceSelection(text), { userEvent: "input.type" });
  return true;
}

/** A new line begins as far to the right as the one before. */
function breakLine({ state, dispatch }: EditorView): boolean {
  const change = state.changeByRange(({ from, to }) => {
    const indentation = /^[ \t]*/.exec(state.doc.lineAt(from).text)![0];
    const insert = `\n${indentation}`;
    return { changes: { from, to, insert }, range: EditorSelection.cursor(from + insert.length) };
  });
  dispatch(state.update(change, { scrollIntoView: true, userEvent: "input" }));
  return true;
}

const LOOK = EditorView.theme({
  "&": { height: "100%", fontSize: "0.8125rem", backgroundColor: "transparent", color: "var(--ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": { padding: "0.75rem 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 1rem 0 0.5rem" },
  ".cm-line[data-line]": { position: "relative", paddingLeft: "3em" },
  ".cm-line[data-line]::before": {
    content: 'attr(data-line) / ""',
    position: "absolute",
    left: "0",
    minWidth: "2.55em",
    fontSize: "0.9em",
    textAlign: "right",
    color: "var(--faint)",
    pointerEvents: "none",
  },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--selection)",
  },
  ".json-name": { color: "var(--code-name)" },
  ".json-string": { color: "var(--code-string)" },
  ".json-value": { color: "var(--code-value)" },
  ".json-mark": { color: "var(--quiet)" },
  ".is-error": {
    textDecoration: "underline wavy var(--error)",
    textUnderlineOffset: "3px",
    backgroundColor: "var(--error-wash)",
  },
  ".is-warning": {
    textDecoration: "underline wavy var(--warning)",
    textUnderlineOffset: "3px",
    backgroundColor: "var(--warning-wash)",
  },
});

/**
 * CodeMirror, in a shadow root: there it adds its styles as constructed sheets, which the page's policy allows, instead of as
 * style elements, which it does not.
 */
export function Editor({ label, value, language, problems, onChange, onReady }: EditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | undefined>(undefined);
  const change = useRef(onChange);
  // What the editor has told and not yet got back. Typing goes on meanwhile, so that none of it is news for the editor.
  const told = useRef(new Set<string>());
  change.current = onChange;

  useEffect(() => {
    const root = host.current!.shadowRoot ?? host.current!.attachShadow({ mode: "open", delegatesFocus: true });
    const extensions = [
      history(),
      markedPlaces,
      EditorView.lineWrapping,
      EditorView.domEventHandlers({ beforeinput: replaceSelection, keydown: runKey }),
      LOOK,
      EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        const text = update.state.doc.toString();
        told.current.add(text);
        change.current(text);
      }),
      ...(language === "json" ? [jsonColours] : []),
      ...(language === "text" ? [] : [lineNumbers]),
    ];
    const editor = new EditorView({ state: EditorState.create({ doc: value, extensions }), parent: root, root });
    view.current = editor;
    onReady?.((problem) => {
      const { from } = placeOf(problem, editor.state.doc.toString());
      editor.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "center" }) });
      editor.focus();
    });
    return () => editor.destroy();
  }, [language]);

  useEffect(() => {
    const editor = view.current;
    if (editor === undefined) return;
    const text = editor.state.doc.toString();
    if (value === text) told.current.clear();
    if (value === text || told.current.has(value)) return;
    told.current.clear();
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (editor === undefined) return;
    const text = problems.length === 0 ? "" : editor.state.doc.toString();
    const marks = problems.flatMap((problem) => {
      const { from, to } = placeOf(problem, text);
      return from < to ? [MARKS[problem.severity].range(from, to)] : [];
    });
    editor.dispatch({ effects: setMarks.of(Decoration.set(marks, true)) });
  }, [problems]);

  return <div class={`editor is-${language}`} ref={host} />;
}

function placeOf({ path, offset }: Problem, text: string): { from: number; to: number } {
  if (offset === undefined) {
    const { from, to } = rangeOfPath(text, path ?? "");
    return { from: Math.min(from, text.length), to: Math.min(to, text.length) };
  }
  const from = Math.min(offset, Math.max(0, text.length - 1));
  return { from, to: Math.min(from + 1, text.length) };
}
