/**
 * Draws a tree a part at a time, so that no frame is held up by it: some milliseconds of each, until all of it is drawn.
 * What is small is drawn in one.
 */

import type { VNode } from "preact";
import type { Block } from "../model";
import type { Scene } from "../views/scene";

const BUDGET_MS = 8;
/** Of the first blocks each one takes its time, as what draws them is compiled; after them so many between two looks at the clock. */
const FIRST = 8;
const PART = 4;

export interface Pace {
  /** Of these blocks the views that there are by now. */
  views: NonNullable<Scene["views"]>;
  /** Calls `draw` until it has drawn all blocks, in the next frame and in those after it; then `done`. It replaces one before. */
  run(draw: () => void, done: () => void): void;
  stop(): void;
}

/** `failed`: what is there by then is all that will be drawn. */
export function paced(blocks: Block[], failed: (error: unknown) => void): Pace {
  /** In the order of the document: where each begins, and where what it holds has ended. */
  const places = new Map<Block, [first: number, end: number]>();
  /** The same view again costs nothing to draw, as long as all of it was drawn with this scene. */
  const kept = new Map<Block, [view: VNode, scene: Scene | undefined]>();
  let count = 0;
  let reached = 0;
  let frame = 0;
  const number = (all: Block[] = []) => {
    for (const block of all) {
      const first = count++;
      number(block.blocks);
      places.set(block, [first, count]);
    }
  };
  number(blocks);
  const stop = () => cancelAnimationFrame(frame);

  return {
    views: (all, scene, view) =>
      all.map((block) => {
        const [first, end] = places.get(block)!;
        const [was, of] = kept.get(block) ?? [];
        if (first >= reached || of === scene) return was;
        const made = view(block);
        kept.set(block, [made, end > reached ? undefined : scene]);
        return made;
      }),
    run(draw, done) {
      stop();
      reached = 0;
      const step = () => {
        const until = performance.now() + BUDGET_MS;
        try {
          do {
            reached += reached < FIRST ? 1 : PART;
            draw();
          } while (reached < count && performance.now() < until);
        } catch (error) {
          failed(error);
          reached = count;
        }
        if (reached < count) frame = requestAnimationFrame(step);
        else done();
      };
      frame = requestAnimationFrame(step);
    },
    stop,
  };
}
