/** The marks for the text that is being written in the canvas, just below it: one Tab away from the text. */

import { type FocusEvent, type RefObject, useLayoutEffect, useState } from "react";
import { type Held, useHeld } from "./held";
import { MarkupBar } from "./MarkupBar";
import { BLOCKS, type Tree } from "./model";
import { find } from "./tree";
import type { Tools } from "./useEditing";

type Given = {
  tree: Tree;
  writing: Held<string | null>;
  canvas: RefObject<ShadowRoot | null>;
  variables: readonly string[];
  tools: Tools;
  onLeave: () => void;
};

export function WritingBar({ tree, writing, canvas, variables, tools, onLeave }: Given) {
  const id = useHeld(writing, (each) => each);
  const block = id === null ? undefined : find(tree, id)?.block;
  const prop = block && BLOCKS[block.type].inline;
  const [at, setAt] = useState({ left: 0, top: 0 });

  useLayoutEffect(() => {
    const frame = canvas.current?.querySelector(`[data-block="${id}"]`)?.getBoundingClientRect();
    const host = canvas.current?.host.getBoundingClientRect();
    if (frame && host) setAt({ left: Math.max(0, Math.min(frame.left - host.left, host.width - 240)), top: frame.bottom - host.top + 6 });
  }, [canvas, id, tree]);

  if (!block || !prop) return null;
  const field = { current: canvas.current?.querySelector<HTMLTextAreaElement>("[data-writer]") ?? null };
  const value = block.props[prop];
  function onBlur(event: FocusEvent<HTMLElement>) {
    const isInside = event.relatedTarget instanceof Node && event.currentTarget.contains(event.relatedTarget);
    if (!isInside && event.relatedTarget !== canvas.current?.host) onLeave();
  }
  return (
    <div
      className="hw-writing-bar"
      data-writing-bar
      style={at}
      onBlur={onBlur}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        onLeave();
      }}
    >
      <MarkupBar
        field={field}
        what="the text in the canvas"
        value={typeof value === "string" ? value : ""}
        buttons={block.type === "button" ? "variables" : "all"}
        variables={variables}
        onChange={(text) => tools.change(block.id, { [prop]: text })}
      />
    </div>
  );
}
