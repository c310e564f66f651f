/**
 * Where a program is read and changed.
 *
 * It stands in a shadow tree: there CodeMirror's styles are sheets that a page's
 * policy lets it adopt, and no style element, which it does not.
 *
 * @module
 */
import { autocompletion, completeAnyWord } from "@codemirror/autocomplete";
import {
  defaultKeymap,
  history,
  historyKeymap,
  indentWithTab,
} from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import {
  bracketMatching,
  HighlightStyle,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, Prec } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "preact/hooks";

/** What is wrong in the text, and where. */
export interface Mark {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column?: number;
  readonly message: string;
}

interface Props {
  /** What is edited: another name is another text, with a history of its own. */
  readonly name: string;
  readonly text: string;
  readonly mark?: Mark;
  readonly change: (text: string) => void;
  /** Ctrl-Enter, or Cmd-Enter. */
  readonly run: () => void;
}

export function Editor(props: Props) {
  const { name, text, mark } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>();
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    view.current = new EditorView({
      root,
      parent: root,
      state: stateOf(latest.current.text, {
        change: (text) => latest.current.change(text),
        run: () => latest.current.run(),
      }),
    });
    return () => view.current?.destroy();
  }, [name]);

  useEffect(() => {
    const editor = view.current;
    const before = editor?.state.doc.toString();
    if (editor === undefined || before === undefined || before === text) return;
    editor.dispatch({ changes: { from: 0, to: before.length, insert: text } });
  }, [name, text]);

  useEffect(() => {
    const editor = view.current;
    if (editor === undefined) return;
    editor.dispatch(setDiagnostics(editor.state, marksIn(editor.state, mark)));
  }, [name, mark]);

  return <div ref={host} class="editor" />;
}

function marksIn({ doc }: EditorState, mark: Mark | undefined) {
  if (mark === undefined || mark.line > doc.lines) return [];
  const line = doc.line(mark.line);
  const from = Math.min(line.to, line.from + (mark.column ?? 1) - 1);
  const { message } = mark;
  return [{ from, to: line.to, severity: "error" as const, message }];
}

function stateOf(
  doc: string,
  { change, run }: Pick<Props, "change" | "run">,
): EditorState {
  return EditorState.create({
    doc,
    extensions: [
      lineNumbers(),
      lintGutter(),
      highlightActiveLine(),
      highlightActiveLineGutter(),
      drawSelection(),
      history(),
      bracketMatching(),
      highlightSelectionMatches(),
      indentUnit.of("  "),
      autocompletion({ override: [completeAnyWord], activateOnTyping: false }),
      javascript({ typescript: true }),
      syntaxHighlighting(colours),
      looks,
      Prec.highest(keymap.of([{
        key: "Mod-Enter",
        run: () => {
          run();
          return true;
        },
      }])),
      // Escape, then Tab, leaves the editor, for who has no mouse.
      keymap.of([
        indentWithTab,
        ...defaultKeymap,
        ...historyKeymap,
        ...searchKeymap,
      ]),
      EditorView.contentAttributes.of({ "aria-label": "The program's text" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) change(update.state.doc.toString());
      }),
    ],
  });
}

const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--grey)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.modifier], color: "var(--type-3)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--type-1)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--type-4)" },
  { tag: [tags.typeName, tags.className], color: "var(--type-0)" },
  { tag: tags.definition(tags.variableName), fontWeight: "600" },
]);

const looks = EditorView.theme({
  "&": {
    height: "100%",
    fontSize: "12.5px",
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
  },
  "&.cm-focused": { outline: "2px solid var(--blue)", outlineOffset: "-2px" },
  ".cm-scroller": {
    fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
    lineHeight: "1.5",
  },
  ".cm-gutters": {
    backgroundColor: "var(--paper)",
    color: "var(--grey)",
    borderRight: "1px solid var(--faint)",
  },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--hover)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--blue) 25%, transparent)",
  },
  ".cm-tooltip, .cm-panels": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--faint)",
  },
  ".cm-diagnostic-error": { borderLeftColor: "var(--red)" },
});
