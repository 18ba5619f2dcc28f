/** The SQL editor, a chunk of its own: highlighting, completion of tables and columns, run by Ctrl or Cmd and Enter. */

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { sql, SQLDialect } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { Annotation, Compartment, EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";
import { flushSync } from "react-dom";

type EditorProps = {
  value: string;
  onChange: (value: string) => void;
  onRun: () => void;
  /** schema → table → columns */
  tables: Record<string, Record<string, string[]>>;
  /** Hands out a function that puts text where the cursor is. */
  onReady: (insert: (text: string) => void) => void;
};

/** What DuckDB's SELECT reserves; the library's dialects colour common column names as keywords. */
const DUCKDB = SQLDialect.define({
  keywords:
    "all and any array as asc between by case cast collate cross desc describe distinct else end escape except exclude " +
    "exists false filter first following from full group having ilike in inner intersect interval is join lateral left " +
    "like limit natural not null nulls last offset on or order outer over partition pivot preceding qualify recursive " +
    "range replace right rows sample select similar summarize symmetric table then to true unbounded union unnest " +
    "unpivot using values when where window with",
  types:
    "bigint blob boolean char date decimal double float hugeint int integer json numeric real smallint text time " +
    "timestamp timestamptz tinyint ubigint uuid varchar",
  caseInsensitiveIdentifiers: true,
});

const LOOK = EditorView.theme({
  "&": { fontSize: "0.875rem", color: "var(--mantine-color-text)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mantine-font-family-monospace)", lineHeight: "1.55", maxHeight: "50vh" },
  ".cm-content": { minHeight: "8.5rem", caretColor: "var(--mantine-color-text)", paddingBlock: "0.6rem" },
  ".cm-gutters": { backgroundColor: "transparent", border: "none", color: "var(--mantine-color-dimmed)" },
  ".cm-cursor": { borderLeftColor: "var(--mantine-color-text)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--hw-ring) 28%, transparent)",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--hw-surface)",
    border: "1px solid var(--hw-line)",
    borderRadius: "0.35rem",
    color: "var(--mantine-color-text)",
  },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "#0b6a7d", color: "#fff" },
});

const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--hw-sql-keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--hw-sql-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--hw-sql-number)" },
  { tag: tags.comment, color: "var(--mantine-color-dimmed)", fontStyle: "italic" },
  { tag: tags.typeName, color: "var(--hw-sql-type)" },
]);

/** Marks a text that came as the value, and is no news to who gave it. */
const GIVEN = Annotation.define<boolean>();

export default function Editor({ value, onChange, onRun, tables, onReady }: EditorProps) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const language = useRef(new Compartment());
  const acts = useRef({ onChange, onRun });
  acts.current = { onChange, onRun };

  useEffect(() => {
    const run = () => {
      acts.current.onRun();
      return true;
    };
    const editor = new EditorView({
      parent: place.current!,
      state: EditorState.create({
        doc: value,
        extensions: [
          Prec.highest(
            keymap.of([
              { key: "Mod-Enter", run },
              { key: "Ctrl-Enter", run },
            ]),
          ),
          lineNumbers(),
          history(),
          drawSelection(),
          bracketMatching(),
          closeBrackets(),
          autocompletion(),
          keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
          language.current.of(sql({ dialect: DUCKDB, schema: tables })),
          syntaxHighlighting(COLOURS),
          LOOK,
          EditorView.lineWrapping,
          EditorView.contentAttributes.of({ "aria-label": "SQL query" }),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || update.transactions.some((each) => each.annotation(GIVEN))) return;
            // Drawn at once: the value never lags behind what was typed, so what is run is what stands here.
            flushSync(() => acts.current.onChange(update.state.doc.toString()));
          }),
        ],
      }),
    });
    view.current = editor;
    onReady((text) => {
      editor.dispatch(editor.state.replaceSelection(text));
      editor.focus();
    });
    return () => editor.destroy();
    // The editor is made once; later values reach it by the two effects below.
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === value) return;
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: value }, annotations: GIVEN.of(true) });
  }, [value]);

  useEffect(() => {
    view.current?.dispatch({
      effects: language.current.reconfigure(sql({ dialect: DUCKDB, schema: tables })),
    });
  }, [tables]);

  return <div className="hw-editor" ref={place} />;
}
