/** The line around an element, and the mark where the content would stand. Both follow it wherever it goes. */

import { useEffect, useState } from "preact/hooks";
import type { Place } from "../model";

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

const THICK = 4;

export function Frame({ element, place, isChosen }: { element: Element | null; place: Place; isChosen: boolean }) {
  const box = useBox(element);
  if (!element || !box) return null;
  const mark = markOf(element, box, place);
  return (
    <>
      <div className={isChosen ? "frame chosen" : "frame"} style={css(box)}>
        <span className={box.top < 28 ? "name below" : "name"}>{element.localName}</span>
      </div>
      <div className={`mark ${place}`} style={css(mark)} />
    </>
  );
}

/** Where the element is now: asked once in each frame, which costs less than to hear of all that may move it. */
function useBox(element: Element | null): Box | null {
  const [box, setBox] = useState<Box | null>(null);
  useEffect(() => {
    let waiting = 0;
    let last = "";
    const look = () => {
      waiting = requestAnimationFrame(look);
      const now = element && element.isConnected ? boxOf(element) : null;
      const told = JSON.stringify(now);
      if (told !== last) setBox(now);
      last = told;
    };
    look();
    return () => cancelAnimationFrame(waiting);
  }, [element]);
  return box;
}

function boxOf(element: Element): Box {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { left, top, width, height };
}

/** Before and after lie beside an element whose kin stand beside it, and else above and below. */
function markOf(element: Element, box: Box, place: Place): Box {
  const { left, top, width, height } = box;
  if (place === "instead") return box;
  if (place === "inside") return { left: left + THICK, top: top + Math.max(height - 2 * THICK, 0), width: Math.max(width - 2 * THICK, THICK), height: THICK };
  const isFirst = place === "before";
  if (!isBeside(element)) return { left, top: isFirst ? top - THICK : top + height, width, height: THICK };
  const isRight = isFirst === (getComputedStyle(element.parentElement ?? element).direction === "rtl");
  return { left: isRight ? left + width : left - THICK, top, width: THICK, height };
}

function isBeside(element: Element): boolean {
  const { display, flexDirection } = getComputedStyle(element.parentElement ?? element);
  if (display.includes("flex")) return flexDirection.startsWith("row");
  return getComputedStyle(element).display.startsWith("inline") || ["TD", "TH"].includes(element.tagName);
}

function css({ left, top, width, height }: Box): Record<string, string> {
  return { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` };
}
