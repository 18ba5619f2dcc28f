/** The text of a block, written where it stands: with its markup, in the block's own letters. */

import { type KeyboardEvent, useLayoutEffect, useRef } from "react";
import { flushSync } from "react-dom";
import { marked } from "./markup";
import type { Block } from "./model";

type Given = {
  block: Block;
  prop: string;
  what: string;
  onChange: (id: string, text: string) => void;
  onLeave: () => void;
};

export function Writer({ block, prop, what, onChange, onLeave }: Given) {
  const field = useRef<HTMLTextAreaElement>(null);
  const text = typeof block.props[prop] === "string" ? block.props[prop] : "";
  const hasLines = block.type === "text" || block.type === "heading";

  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);
  useLayoutEffect(() => {
    const { current } = field;
    if (!current || CSS.supports("field-sizing", "content")) return;
    current.style.height = "auto";
    current.style.height = `${current.scrollHeight}px`;
  }, [text]);

  function mark(event: KeyboardEvent<HTMLTextAreaElement>, sign: "**" | "_") {
    const { selectionStart: start, selectionEnd: end } = event.currentTarget;
    const next = marked({ text, start, end }, sign);
    // Drawn at once: the selection goes into the new text, before anything else can be typed.
    flushSync(() => onChange(block.id, next.text));
    field.current?.setSelectionRange(next.start, next.end);
  }
  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    const isMark = (event.ctrlKey || event.metaKey) && block.type !== "button";
    if (event.key === "Escape" || (event.key === "Enter" && !(hasLines && event.shiftKey) && block.type !== "text")) onLeave();
    else if (isMark && event.key === "b") mark(event, "**");
    else if (isMark && event.key === "i") mark(event, "_");
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <textarea
      ref={field}
      className="writer"
      data-writer
      rows={1}
      dir="auto"
      aria-label={`Text of ${what}`}
      value={text}
      onChange={(event) => onChange(block.id, event.currentTarget.value)}
      onKeyDown={onKeyDown}
      onBlur={({ relatedTarget }) => {
        const isBar = relatedTarget instanceof Element && relatedTarget.closest("[data-writing-bar]");
        if (!isBar) onLeave();
      }}
    />
  );
}
