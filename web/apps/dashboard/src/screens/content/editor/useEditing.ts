/** The tree being edited: what is chosen, each edit as a step that can be undone, and a sentence for what was done. */

import { useMemo, useRef, useState } from "react";
import { begun, done, type History, redone, undone } from "./history";
import { type Block, BLOCKS, type BlockType, type ComponentEntry, LIMITS, type Props, type Tree } from "./model";
import { nameOf } from "./names";
import {
  change,
  countOf,
  duplicate,
  find,
  insert,
  isFixed,
  made,
  move,
  parentOf,
  pathOf,
  remove,
  type Spot,
  spotFor,
  type Step,
  stepOf,
} from "./tree";

type State = {
  history: History;
  chosen: string | null;
  /** What is told to those who do not see it; `turn` tells one sentence from the same said again. */
  said: { text: string; turn: number };
};

export type Editing = {
  tree: Tree;
  chosen: string | null;
  said: State["said"];
  canUndo: boolean;
  canRedo: boolean;
  tools: Tools;
};

export type Tools = {
  /** The tree as it is now, for those that ask within one event. */
  now: () => Tree;
  choose: (id: string | null) => void;
  add: (type: BlockType, props?: Props, spot?: Spot) => void;
  moveTo: (id: string, spot: Spot) => void;
  step: (id: string, step: Step) => void;
  remove: (id: string) => void;
  duplicate: (id: string) => void;
  change: (id: string, props: Props) => void;
  changeTree: (part: Partial<Omit<Tree, "blocks">>) => void;
  undo: () => void;
  redo: () => void;
  say: (text: string) => void;
};

type Given = {
  tree: Tree;
  components: readonly ComponentEntry[];
  readOnly: boolean;
  onChange: (tree: Tree) => void;
};

export function useEditing(given: Given): Editing {
  const [state, setState] = useState<State>(() => ({
    history: begun(given.tree),
    chosen: null,
    said: { text: "", turn: 0 },
  }));
  const now = useRef(state);
  const latest = useRef(given);
  latest.current = given;
  const tools = useMemo(
    () =>
      toolsOf({
        state: () => now.current,
        given: () => latest.current,
        set: (next) => {
          const isNew = next.history.tree !== now.current.history.tree;
          now.current = next;
          setState(next);
          if (isNew) latest.current.onChange(next.history.tree);
        },
      }),
    [],
  );
  const { history, chosen, said } = state;
  return {
    tree: history.tree,
    chosen,
    said,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    tools,
  };
}

const PAUSE_MS = 2_000;

type Held = { state: () => State; given: () => Given; set: (state: State) => void };

function toolsOf({ state, given, set }: Held): Tools {
  const tree = () => state().history.tree;
  const told = (text: string) => ({ text, turn: state().said.turn + 1 });
  const name = (block: Block) => nameOf(block, given().components);
  const say = (text: string) => set({ ...state(), said: told(text) });

  /** Whoever pauses begins another step. */
  let burst = { at: 0, number: 0 };
  function typed(about: string): string {
    const at = Date.now();
    burst = { at, number: at - burst.at > PAUSE_MS ? burst.number + 1 : burst.number };
    return `${about} ${burst.number}`;
  }

  function edit(next: Tree | null, chosen: string | null, text: string, about: string | null = null) {
    if (given().readOnly || next === null) return;
    if (countOf(next) > LIMITS.blocks) return say(`A document has at most ${LIMITS.blocks} blocks.`);
    set({ history: done(state().history, next, about), chosen, said: text === "" ? state().said : told(text) });
  }

  function travel(to: (history: History) => History, text: string) {
    const history = to(state().history);
    if (given().readOnly || history === state().history) return;
    const { chosen } = state();
    set({ history, chosen: chosen !== null && find(history.tree, chosen) ? chosen : null, said: told(text) });
  }

  function moved(id: string, spot: Spot, words: string) {
    const next = move(tree(), id, spot);
    const found = next && find(next, id);
    if (!found) return;
    edit(next, id, `${name(found.block)} ${words}: ${placeIn(next, id, name)}.`);
  }

  return {
    now: tree,
    say,
    choose: (chosen) => {
      if (chosen !== state().chosen) set({ ...state(), history: { ...state().history, about: null }, chosen });
    },
    add: (type, props, spot) => {
      const to = spot ?? spotFor(tree(), state().chosen, type);
      if (!to) return say(type === "field" ? "A field stands in a form. Add a form first." : `${BLOCKS[type].title} cannot stand there.`);
      const block = made(tree(), type, props);
      const next = insert(tree(), to, block);
      if (!next) return say(`${name(block)} cannot stand there: blocks are nested at most ${LIMITS.depth} deep.`);
      edit(next, block.id, `${name(block)} added: ${placeIn(next, block.id, name)}.`);
    },
    moveTo: (id, spot) => moved(id, spot, "moved"),
    step: (id, step) => {
      const spot = stepOf(tree(), id, step);
      const block = find(tree(), id)?.block;
      if (spot) moved(id, spot, `moved ${step}`);
      else if (block) say(`${name(block)} cannot be moved ${step}.`);
    },
    remove: (id) => {
      const found = find(tree(), id);
      if (!found) return;
      if (isFixed(found.block)) return say("A column goes with the layout of its columns: choose another layout there.");
      edit(remove(tree(), id), neighbour(tree(), id), `${name(found.block)} deleted.`);
    },
    duplicate: (id) => {
      const found = find(tree(), id);
      if (!found) return;
      if (isFixed(found.block)) return say("A column goes with the layout of its columns: choose another layout there.");
      const twin = duplicate(tree(), id);
      if (twin) edit(twin.tree, twin.id, `${name(found.block)} duplicated: ${placeIn(twin.tree, twin.id, name)}.`);
    },
    change: (id, props) => {
      const about = `${id} ${Object.keys(props).join(" ")}`;
      edit(change(tree(), id, props), state().chosen, "", typed(about));
    },
    changeTree: (part) => {
      const entries = Object.entries({ ...tree(), ...part }).filter(([, value]) => value !== undefined);
      edit(Object.fromEntries(entries) as unknown as Tree, state().chosen, "", typed(Object.keys(part).join(" ")));
    },
    undo: () => travel(undone, "Undone."),
    redo: () => travel(redone, "Done again."),
  };
}

/** What is chosen when a block goes: the next in its holder, else the one before, else the holder. */
function neighbour(tree: Tree, id: string): string | null {
  const found = find(tree, id);
  if (!found) return null;
  const siblings = found.path.at(-1)?.blocks ?? tree.blocks;
  return siblings[found.index + 1]?.id ?? siblings[found.index - 1]?.id ?? parentOf(found);
}

function placeIn(tree: Tree, id: string, name: (block: Block) => string): string {
  const found = find(tree, id);
  if (!found) return "";
  const holder = pathOf(tree, parentOf(found))?.at(-1);
  const among = (holder?.blocks ?? tree.blocks).length;
  return `${found.index + 1} of ${among} in ${holder ? name(holder) : "the document"}`;
}
