/** The rule being written: in the builder or as JSON, whichever was used last says what it is. */

import { useState } from "react";
import { isObject, read, written } from "../../words/exact";
import { type GroupNode, isComplete, newGroup, newTest, type Rule, ruleOf, treeOf } from "./tree";

type State = { view: "builder" | "json"; root: GroupNode | null; text: string };

export type Draft = State & {
  /** Null: the JSON cannot be read. */
  rule: Rule | null;
  isEdited: boolean;
  /** Whether the rule says enough to be asked about. */
  isAskable: boolean;
  build: (root: GroupNode) => void;
  write: (text: string) => void;
  show: (view: State["view"]) => void;
  /** Takes over what the server has. */
  take: (rule: Rule) => void;
};

export function useRule(server: Rule | null): Draft {
  const [first, setFirst] = useState(() => stateOf(server));
  const [state, setState] = useState(first);
  const rule = ruleIn(state);
  return {
    ...state,
    rule,
    isEdited: rule === null || written(rule) !== written(ruleIn(first)),
    isAskable: rule !== null && (state.view === "json" || (state.root !== null && isComplete(state.root))),
    build: (root) => setState((before) => ({ ...before, root })),
    write: (text) => setState((before) => ({ ...before, text })),
    show: (view) => setState((before) => shownAs(view, before)),
    take: (taken) => {
      const fresh = stateOf(taken);
      setFirst(fresh);
      setState((before) => shownAs(before.view, fresh));
    },
  };
}

function stateOf(rule: Rule | null): State {
  const root = rule === null ? newGroup("all", [newTest("trait")]) : treeOf(rule);
  return { view: root === null ? "json" : "builder", root, text: written(rule ?? {}, 2) };
}

function shownAs(view: State["view"], before: State): State {
  if (view === before.view) return before;
  if (view === "json") return { ...before, view, text: written(ruleIn(before), 2) };
  return { ...before, view, root: treeOf(jsonIn(before.text)) };
}

function ruleIn({ view, root, text }: State): Rule | null {
  if (view === "builder") return root === null ? null : ruleOf(root);
  const json = jsonIn(text);
  return isObject(json) ? json : null;
}

function jsonIn(text: string): unknown {
  try {
    return read(text);
  } catch {
    return undefined;
  }
}
