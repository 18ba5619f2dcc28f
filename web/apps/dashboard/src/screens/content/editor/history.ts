/** What was done and may be undone. Typing into one place counts as one step until something else is done. */

import type { Tree } from "./model";

export type History = {
  tree: Tree;
  past: readonly Tree[];
  future: readonly Tree[];
  /** What the last step was about; a step about the same joins it. */
  about: string | null;
};

/** Steps that can be undone. Trees share what did not change, so each costs little more than what it changed. */
const STEPS = 200;

export const begun = (tree: Tree): History => ({ tree, past: [], future: [], about: null });

export function done(history: History, tree: Tree, about: string | null = null): History {
  if (tree === history.tree) return history;
  const joins = about !== null && about === history.about;
  const past = joins ? history.past : [...history.past, history.tree].slice(-STEPS);
  return { tree, past, future: [], about };
}

export function undone(history: History): History {
  const tree = history.past.at(-1);
  if (!tree) return history;
  return { tree, past: history.past.slice(0, -1), future: [history.tree, ...history.future], about: null };
}

export function redone(history: History): History {
  const [tree, ...future] = history.future;
  if (!tree) return history;
  return { tree, past: [...history.past, history.tree], future, about: null };
}
