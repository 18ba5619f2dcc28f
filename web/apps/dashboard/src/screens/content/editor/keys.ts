/** What the keys do to the chosen block, in the outline and in the canvas alike. */

import type { KeyboardEvent } from "react";
import { find, parentOf, type Step } from "./tree";
import type { Tools } from "./useEditing";

/** `Inwards` and `Outwards` are the arrows along the text, whichever way it runs. */
export function keyOf(event: KeyboardEvent): string {
  const { key, currentTarget } = event;
  if (key !== "ArrowLeft" && key !== "ArrowRight") return key.length === 1 ? key.toLowerCase() : key;
  const isRtl = getComputedStyle(currentTarget).direction === "rtl";
  return (key === "ArrowRight") === isRtl ? "Outwards" : "Inwards";
}

const STEPS: Record<string, Step> = { ArrowUp: "up", ArrowDown: "down", Inwards: "in", Outwards: "out" };

/** Whether the key meant something; then the browser is kept from what it would do. */
export function command(event: KeyboardEvent, id: string, tools: Tools, onOpen: (id: string) => void): boolean {
  const key = keyOf(event);
  const step = STEPS[key];
  const isBare = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (event.altKey && step) tools.step(id, step);
  else if ((event.ctrlKey || event.metaKey) && !event.altKey && key === "d") tools.duplicate(id);
  else if (isBare && (key === "Delete" || key === "Backspace")) tools.remove(id);
  else if (isBare && (key === "Enter" || key === "F2")) onOpen(id);
  else if (isBare && key === "Escape") leave(id, tools);
  else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}

/** From a block to what holds it. */
function leave(id: string, tools: Tools) {
  const found = find(tools.now(), id);
  tools.choose(found && parentOf(found));
}
