/**
 * The document as a tree of names: chosen with the arrows, moved with Alt and the arrows, so that no drag is needed.
 */

import { type KeyboardEvent, memo, useLayoutEffect, useRef, useState } from "react";
import { ChevronIcon, WarningIcon } from "../../../shell/icons";
import { command, keyOf } from "./keys";
import { type Block, BLOCKS, type ComponentEntry, type Tree } from "./model";
import { nameOf } from "./names";
import type { Tools } from "./useEditing";

type Row = { block: Block; depth: number; place: number; among: number; parent: string | null; isFolded: boolean };

type Given = {
  tree: Tree;
  chosen: string | null;
  tools: Tools;
  components: readonly ComponentEntry[];
  problems: ReadonlySet<string>;
  /** Leads on to the block's text or its settings. */
  onOpen: (id: string) => void;
};

export function Outline({ tree, chosen, tools, components, problems, onOpen }: Given) {
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const rows = rowsOf(tree.blocks, folded);
  const whole = useRef<HTMLDivElement>(null);
  const isHere = useRef(false);
  const stop = rows.find(({ block }) => block.id === chosen)?.block.id ?? rows[0]?.block.id;

  useLayoutEffect(() => {
    const row = whole.current?.querySelector<HTMLElement>(`[data-row="${chosen}"]`);
    const pane = row?.closest<HTMLElement>(".hw-fold");
    if (!row || !pane || pane.scrollHeight <= pane.clientHeight) return;
    const [inner, outer] = [row.getBoundingClientRect(), pane.getBoundingClientRect()];
    if (inner.top < outer.top) pane.scrollTop -= outer.top - inner.top;
    else if (inner.bottom > outer.bottom) pane.scrollTop += inner.bottom - outer.bottom;
  }, [chosen]);

  // The row that has the focus may go with its block, or stand elsewhere: the focus goes with what is chosen.
  useLayoutEffect(() => {
    if (!isHere.current) return;
    const row = whole.current?.querySelector<HTMLElement>(`[data-row="${chosen ?? stop}"]`);
    if (row && row !== document.activeElement) row.focus();
  }, [chosen, tree, stop]);

  const fold = (id: string, isFolded: boolean) =>
    setFolded((before) => {
      const next = new Set(before);
      if (isFolded) next.add(id);
      else next.delete(id);
      return next;
    });

  function onKeyDown(event: KeyboardEvent<HTMLElement>) {
    const at = rows.findIndex(({ block }) => block.id === stop);
    const row = rows[at];
    if (!row) return;
    const key = keyOf(event);
    const go = (to: Row | undefined) => to && tools.choose(to.block.id);
    if (key !== "Escape" && command(event, row.block.id, tools, onOpen)) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "ArrowDown") go(rows[at + 1]);
    else if (key === "ArrowUp") go(rows[at - 1]);
    else if (key === "Home") go(rows[0]);
    else if (key === "End") go(rows.at(-1));
    else if (key === "Inwards") unfoldOrEnter(row, at);
    else if (key === "Outwards") foldOrLeave(row);
    else if (key === " ") tools.choose(row.block.id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  function unfoldOrEnter({ block, isFolded }: Row, at: number) {
    if (isFolded) fold(block.id, false);
    else if (block.blocks?.length) tools.choose(rows[at + 1]?.block.id ?? block.id);
  }
  function foldOrLeave({ block, parent, isFolded }: Row) {
    if (block.blocks?.length && !isFolded) fold(block.id, true);
    else if (parent !== null) tools.choose(parent);
  }

  if (rows.length === 0) return <p className="hw-aside">Nothing yet. Add a block: it shows here.</p>;
  return (
    <>
      <p className="hw-aside" id="hw-outline-help">
        Alt and the arrows move a block, Delete deletes it, Ctrl+D duplicates it, Enter opens it.
      </p>
      <div
        ref={whole}
        role="tree"
        aria-label="Outline"
        aria-describedby="hw-outline-help"
        className="hw-outline"
        onKeyDown={onKeyDown}
        onFocus={() => {
          isHere.current = true;
        }}
        onBlur={(event) => {
          // A row that goes takes the focus with it to nowhere; then it is still the outline's.
          if (event.relatedTarget) isHere.current = event.currentTarget.contains(event.relatedTarget);
        }}
      >
        {rows.map(({ block, depth, place, among, isFolded }) => (
          <Line
            key={block.id}
            block={block}
            depth={depth}
            place={place}
            among={among}
            isFolded={isFolded}
            isChosen={block.id === chosen}
            isStop={block.id === stop}
            hasProblem={problems.has(block.id)}
            components={components}
            tools={tools}
            fold={fold}
            onOpen={onOpen}
          />
        ))}
      </div>
    </>
  );
}

type LineProps = Omit<Row, "parent"> & {
  isChosen: boolean;
  isStop: boolean;
  hasProblem: boolean;
  components: readonly ComponentEntry[];
  tools: Tools;
  fold: (id: string, isFolded: boolean) => void;
  onOpen: (id: string) => void;
};

const Line = memo(function Line(given: LineProps) {
  const { block, depth, place, among, isFolded, isChosen, isStop, hasProblem, components, tools, fold, onOpen } = given;
  const holds = (block.blocks?.length ?? 0) > 0;
  return (
    <div
      role="treeitem"
      data-row={block.id}
      className="hw-outline-row"
      aria-level={depth}
      aria-posinset={place}
      aria-setsize={among}
      aria-selected={isChosen}
      aria-expanded={holds ? !isFolded : undefined}
      tabIndex={isStop ? 0 : -1}
      style={{ paddingInlineStart: `${depth * 0.9 - 0.4}rem` }}
      onClick={() => tools.choose(block.id)}
      onDoubleClick={() => onOpen(block.id)}
    >
      <span
        className="hw-outline-turn"
        aria-hidden="true"
        onClick={(event) => {
          if (!holds) return;
          event.stopPropagation();
          fold(block.id, !isFolded);
        }}
      >
        {holds && <ChevronIcon size={14} />}
      </span>
      <span className="hw-outline-name">
        <bdi>{nameOf(block, components)}</bdi>
        {hasProblem && (
          <span className="hw-outline-problem">
            <WarningIcon size={14} />
            <span className="hw-sr">, has a problem</span>
          </span>
        )}
        {BLOCKS[block.type].holds && !holds && <span className="hw-aside"> empty</span>}
      </span>
    </div>
  );
});

function rowsOf(blocks: readonly Block[], folded: ReadonlySet<string>, depth = 1, parent: string | null = null): Row[] {
  return blocks.flatMap((block, index) => {
    const isFolded = folded.has(block.id) && (block.blocks?.length ?? 0) > 0;
    const row: Row = { block, depth, place: index + 1, among: blocks.length, parent, isFolded };
    return [row, ...(isFolded ? [] : rowsOf(block.blocks ?? [], folded, depth + 1, block.id))];
  });
}
