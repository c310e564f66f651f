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
  isolateHistory,
} from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import {
  bracketMatching,
  HighlightStyle,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { linter, lintGutter, setDiagnostics } from "@codemirror/lint";
import {
  highlightSelectionMatches,
  search,
  searchKeymap,
} from "@codemirror/search";
import {
  EditorState,
  Prec,
  RangeSet,
  StateEffect,
  StateField,
  type Text,
} from "@codemirror/state";
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  gutterLineClass,
  GutterMarker,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  WidgetType,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "preact/hooks";
import { changedLines } from "../run/changed_lines.ts";

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
  /** What it was: lines that are not of it are marked. */
  readonly original: string;
  /** Another one after each run, be it the same: the text may have lost it. */
  readonly mark?: Mark;
  readonly change: (text: string) => void;
  /** Ctrl-Enter, or Cmd-Enter. */
  readonly run: () => void;
}

export function Editor(props: Props) {
  const { name, text, original, mark } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>();
  const latest = useRef(props);
  latest.current = props;
  /** Texts that were told, and may still come back: who types is faster. */
  const told = useRef<string[]>([]);

  useEffect(() => {
    const element = host.current;
    if (element === null) return;
    const root = element.shadowRoot ?? element.attachShadow({ mode: "open" });
    told.current = [latest.current.text];
    view.current = new EditorView({
      root,
      parent: root,
      state: stateOf(latest.current.text, {
        change: (text) => {
          told.current.push(text);
          latest.current.change(text);
        },
        run: () => latest.current.run(),
      }),
    });
    return () => view.current?.destroy();
  }, [name]);

  useEffect(() => {
    const at = told.current.lastIndexOf(text);
    if (at >= 0) {
      told.current.splice(0, at);
      return;
    }
    // It is somebody else's: the file was saved, or is to be as it was.
    const editor = view.current;
    if (editor === undefined) return;
    editor.dispatch({
      changes: difference(editor.state.doc, text),
      // One step back is the text as it was before, whoever typed just now.
      annotations: isolateHistory.of("full"),
    });
  });

  useEffect(() => {
    const editor = view.current;
    if (editor === undefined) return;
    const { state } = editor;
    const shown = mark && mark.line <= state.doc.lines ? mark : undefined;
    editor.dispatch(setDiagnostics(state, shown ? [flawAt(state, shown)] : []));
    editor.dispatch({ effects: say.of(shown) });
  }, [name, mark]);

  useEffect(() => {
    view.current?.dispatch({ effects: compareWith.of(original) });
  }, [name, original]);

  return <div ref={host} class="editor" />;
}

/** What makes one text of another, so that the cursor stays where it can. */
function difference(doc: Text, text: string) {
  const before = doc.toString();
  const most = Math.min(before.length, text.length);
  let from = 0;
  while (from < most && before[from] === text[from]) from++;
  let end = 0;
  while (
    end < most - from && before.at(-1 - end) === text.at(-1 - end)
  ) end++;
  return {
    from,
    to: before.length - end,
    insert: text.slice(from, text.length - end),
  };
}

function flawAt({ doc }: EditorState, { line, column = 1, message }: Mark) {
  const { from, to } = doc.line(line);
  const at = Math.min(to, from + column - 1);
  return { from: at, to, severity: "error" as const, message };
}

/** Says what is wrong below its line, for who has no mouse to point with. */
const say = StateEffect.define<Mark | undefined>();

const sentence = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(now, { changes, effects, state }) {
    const said = effects.find((it) => it.is(say));
    if (said === undefined) return now.map(changes);
    const mark: Mark | undefined = said.value;
    if (mark === undefined) return Decoration.none;
    const widget = new Sentence(mark.message);
    return Decoration.set(
      Decoration.widget({ widget, block: true, side: 1 })
        .range(state.doc.line(mark.line).to),
    );
  },
  provide: (field) => EditorView.decorations.from(field),
});

class Sentence extends WidgetType {
  constructor(private readonly text: string) {
    super();
  }

  override eq({ text }: Sentence): boolean {
    return text === this.text;
  }

  override toDOM(): HTMLElement {
    const element = document.createElement("p");
    element.className = "sentence";
    element.textContent = this.text;
    return element;
  }
}

const compareWith = StateEffect.define<string>();

interface Compared {
  readonly original: readonly string[];
  readonly marks: RangeSet<GutterMarker>;
}

class Changed extends GutterMarker {
  override readonly elementClass = "changed";
}
const changed = new Changed();

const compared = StateField.define<Compared>({
  create: () => ({ original: [], marks: RangeSet.empty }),
  update(now, { effects, docChanged, state: { doc } }) {
    const given = effects.find((it) => it.is(compareWith));
    if (given === undefined && !docChanged) return now;
    const original = given ? `${given.value}`.split("\n") : now.original;
    const lines = changedLines(original, doc.toString().split("\n"));
    return {
      original,
      marks: RangeSet.of(lines.map((it) => changed.range(doc.line(it).from))),
    };
  },
  provide: (field) => gutterLineClass.from(field, ({ marks }) => marks),
});

/** What a person must know to get in and out. */
export const KEYS = "Tab indents; Escape, then Tab, leaves the text.";

function stateOf(
  doc: string,
  { change, run }: Pick<Props, "change" | "run">,
): EditorState {
  return EditorState.create({
    doc,
    extensions: [
      // What is wrong is said below the line: nothing is to hide that.
      linter(null, { tooltipFilter: () => [] }),
      lintGutter({ tooltipFilter: () => [] }),
      lineNumbers(),
      sentence,
      compared,
      highlightActiveLine(),
      highlightActiveLineGutter(),
      drawSelection(),
      history(),
      bracketMatching(),
      highlightSelectionMatches(),
      search({ top: true }),
      indentUnit.of("  "),
      autocompletion({
        override: [completeAnyWord],
        activateOnTyping: false,
        icons: false,
      }),
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
      EditorView.contentAttributes.of({
        "aria-label": "The program's text",
        "aria-description": KEYS,
      }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) change(update.state.doc.toString());
      }),
    ],
  });
}

const { definition, function: called } = tags;

const colours = HighlightStyle.define([
  { tag: tags.comment, color: "var(--grey)", fontStyle: "italic" },
  { tag: [tags.keyword, tags.modifier], color: "var(--type-3)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--type-1)" },
  { tag: [tags.regexp, tags.escape], color: "var(--type-1)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--type-4)" },
  { tag: [tags.typeName, tags.className], color: "var(--type-0)" },
  // What a reader looks for; not the names of every import and variable.
  {
    tag: [called(definition(tags.variableName)), definition(tags.className)],
    fontWeight: "600",
  },
]);

const part = (colour: string, percent: number) =>
  `color-mix(in srgb, var(--${colour}) ${percent}%, transparent)`;

const page = "system-ui, sans-serif";

const looks = EditorView.theme({
  "&": {
    height: "100%",
    fontSize: "12px",
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
  },
  // The gutter would hide a part of it: the page draws it around both.
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
    lineHeight: "1.5",
  },
  ".cm-gutters": {
    backgroundColor: "var(--paper)",
    color: "var(--grey)",
    borderRight: "1px solid var(--faint)",
  },
  ".cm-lineNumbers .cm-gutterElement": {
    minWidth: "28px",
    padding: "0 6px 0 0",
  },
  ".cm-lineNumbers .changed": {
    color: "var(--ink)",
    boxShadow: "inset -3px 0 var(--blue)",
  },
  ".cm-gutter-lint": { width: "14px" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "2px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: part("grey", 10) },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: `${part("blue", 25)} !important`,
  },
  ".cm-selectionMatch": { backgroundColor: part("blue", 14) },
  "&.cm-focused .cm-matchingBracket": {
    backgroundColor: part("blue", 20),
    outline: "1px solid var(--blue)",
  },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--red-wash)" },
  ".cm-searchMatch": {
    backgroundColor: "var(--amber-wash)",
    outline: "1px solid var(--amber)",
  },
  ".cm-searchMatch-selected": { backgroundColor: part("amber", 50) },
  ".cm-panels": {
    backgroundColor: "var(--paper)",
    color: "var(--ink)",
    fontFamily: page,
  },
  ".cm-panels-top": { borderBottom: "1px solid var(--faint)" },
  ".cm-panel.cm-search": { padding: "6px 24px 6px 8px" },
  ".cm-panel.cm-search [name=close]": { color: "var(--ink)", fontSize: "16px" },
  ".cm-textfield, .cm-button": {
    border: "1px solid var(--faint)",
    borderRadius: "3px",
    background: "var(--raised)",
    color: "var(--ink)",
    fontSize: "12px",
  },
  ".cm-button:hover": { background: "var(--hover)" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--ink)",
    border: "1px solid var(--faint)",
    borderRadius: "3px",
    fontFamily: page,
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    backgroundColor: "var(--blue)",
    color: "var(--paper)",
  },
  ".sentence": {
    margin: "0",
    padding: "3px 8px 3px 6px",
    borderLeft: "3px solid var(--red)",
    backgroundColor: "var(--red-wash)",
    fontFamily: page,
    whiteSpace: "pre-wrap",
    // In view, however far the text is scrolled to the side.
    position: "sticky",
    left: "0",
  },
});
