/**
 * Dragging with the mouse, a pen or a finger: begins after a few pixels, shows where the block would go, scrolls at the
 * edges of the window, and ends without effect on Escape. Whoever does not drag has buttons and keys for the same.
 */

import { type RefObject, useEffect, useRef, useState } from "react";
import { type Line, lineAt, type Point, type Rect, spotAt } from "./drop";
import { type Block, type BlockType, type Props, type Tree } from "./model";
import { find, made, type Spot } from "./tree";
import type { Tools } from "./useEditing";

/** What is dragged: a new block from the palette, or one that stands in the document. */
export type Cargo = { type: BlockType; props?: Props; title: string } | { id: string; title: string };

export type Drag = {
  title: string;
  point: Point;
  /** Where it would go, on the screen; null where it may not stand. */
  line: Line | null;
};

const BEGINS_PX = 6;
const SCROLLS_PX = 48;

export type Begin = (event: { clientX: number; clientY: number; pointerId: number }, cargo: Cargo) => void;

export function useDrag(tools: Tools, canvas: RefObject<ShadowRoot | null>): { drag: Drag | null; begin: Begin } {
  const [drag, setDrag] = useState<Drag | null>(null);
  const end = useRef<(() => void) | null>(null);
  useEffect(() => () => end.current?.(), []);

  function begin(event: { clientX: number; clientY: number; pointerId: number }, cargo: Cargo) {
    end.current?.();
    const start = { x: event.clientX, y: event.clientY };
    const block = cargoBlock(tools.now(), cargo);
    if (!block) return;
    let spot: Spot | null = null;
    let isUnderWay = false;
    let point = start;
    const listening = new AbortController();
    const { signal } = listening;

    const look = () => {
      const tree = tools.now();
      const rects = rectsOf(canvas.current);
      const rectOf = (id: string | null) => rects.get(id);
      spot = spotAt(tree, rectOf, point, block);
      const blocks = spot && (spot.parent === null ? tree.blocks : (find(tree, spot.parent)?.block.blocks ?? []));
      setDrag({ title: cargo.title, point, line: spot && blocks && lineAt(rectOf, spot, blocks) });
    };
    let frame = 0;
    const follow = () => {
      frame = requestAnimationFrame(follow);
      const by = scrollBy(point.y);
      if (by === 0) return;
      window.scrollBy(0, by);
      look();
    };
    const stop = () => {
      listening.abort();
      cancelAnimationFrame(frame);
      end.current = null;
      setDrag(null);
    };
    end.current = stop;

    const onMove = (moved: PointerEvent) => {
      if (moved.pointerId !== event.pointerId) return;
      point = { x: moved.clientX, y: moved.clientY };
      if (!isUnderWay && Math.hypot(point.x - start.x, point.y - start.y) < BEGINS_PX) return;
      if (!isUnderWay) {
        isUnderWay = true;
        document.getSelection()?.removeAllRanges();
        frame = requestAnimationFrame(follow);
      }
      look();
    };
    const onUp = (up: PointerEvent) => {
      if (up.pointerId !== event.pointerId) return;
      const at = spot;
      const wasUnderWay = isUnderWay;
      stop();
      if (!wasUnderWay) return;
      swallowClick();
      if (!at) return tools.say(`${cargo.title} cannot stand there.`);
      if ("id" in cargo) tools.moveTo(cargo.id, at);
      else tools.add(cargo.type, cargo.props, at);
    };
    window.addEventListener("pointermove", onMove, { signal });
    window.addEventListener("pointerup", onUp, { signal });
    window.addEventListener("pointercancel", stop, { signal });
    window.addEventListener("blur", stop, { signal });
    window.addEventListener("selectstart", (each) => isUnderWay && each.preventDefault(), { signal });
    window.addEventListener(
      "keydown",
      (key) => {
        if (key.key !== "Escape" || !isUnderWay) return;
        key.preventDefault();
        key.stopPropagation();
        stop();
      },
      { signal, capture: true },
    );
  }
  return { drag, begin };
}

function cargoBlock(tree: Tree, cargo: Cargo): Block | null {
  return "id" in cargo ? (find(tree, cargo.id)?.block ?? null) : made(tree, cargo.type, cargo.props);
}

/** The place of each block in the canvas, and under null that of the whole. */
function rectsOf(canvas: ShadowRoot | null): Map<string | null, Rect> {
  const rects = new Map<string | null, Rect>();
  const whole = canvas?.querySelector("[data-whole]");
  if (!canvas || !whole) return rects;
  rects.set(null, whole.getBoundingClientRect());
  for (const each of canvas.querySelectorAll<HTMLElement>("[data-block]")) {
    rects.set(each.dataset.block ?? "", each.getBoundingClientRect());
  }
  return rects;
}

function scrollBy(y: number): number {
  if (y < SCROLLS_PX) return Math.round((y - SCROLLS_PX) / 4);
  const below = window.innerHeight - SCROLLS_PX;
  return y > below ? Math.round((y - below) / 4) : 0;
}

/** Letting go also clicks what is under the pointer; that click is not meant. */
function swallowClick() {
  const swallow = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  window.setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 0);
}
