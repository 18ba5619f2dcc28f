/** Where a block that is dragged would go: the innermost holder under the pointer in which it may stand. */

import { type Block, mayStand, type Tree } from "./model";
import type { Spot } from "./tree";

export type Rect = { left: number; top: number; right: number; bottom: number };
export type Point = { x: number; y: number };

/** Near the upper and the lower edge of a holder one points before and behind it, not into it. */
const EDGE_PX = 8;

/** `rectOf` gives a block's place on the screen, and with null that of the whole document. */
export function spotAt(tree: Tree, rectOf: (id: string | null) => Rect | undefined, point: Point, block: Block): Spot | null {
  const whole = rectOf(null);
  if (!whole || !isIn(whole, point, 0)) return null;
  return within(null, tree.blocks, [], rectOf, point, block);
}

function within(
  parent: string | null,
  blocks: readonly Block[],
  path: readonly Block[],
  rectOf: (id: string) => Rect | undefined,
  point: Point,
  block: Block,
): Spot | null {
  const under = blocks.find((each) => each.blocks && each.id !== block.id && isOver(each, rectOf(each.id), point));
  if (under?.blocks) {
    const inner = within(under.id, under.blocks, [...path, under], rectOf, point, block);
    if (inner) return inner;
  }
  if (!mayStand(path, block)) return null;
  const before = blocks.findIndex((each) => {
    const rect = rectOf(each.id);
    return rect !== undefined && isBefore(each, rect, point);
  });
  return { parent, index: before < 0 ? blocks.length : before };
}

/** A column fills its row: its edges are those of the columns, so there is no pointing past it. */
function isOver(holder: Block, rect: Rect | undefined, point: Point): boolean {
  return rect !== undefined && isIn(rect, point, holder.type === "column" ? 0 : EDGE_PX);
}

function isIn(rect: Rect, { x, y }: Point, edge: number): boolean {
  const inset = Math.min(edge, (rect.bottom - rect.top) / 4);
  return x >= rect.left && x <= rect.right && y >= rect.top + inset && y <= rect.bottom - inset;
}

/** Some blocks stand beside each other in a line; the others below each other. */
export const isInLine = ({ type }: Block): boolean => type === "button" || type === "badge";

function isBefore(block: Block, rect: Rect, { x, y }: Point): boolean {
  if (!isInLine(block)) return y < (rect.top + rect.bottom) / 2;
  return y < rect.top || (y <= rect.bottom && x < (rect.left + rect.right) / 2);
}

export type Line = { left: number; top: number; width: number; height: number };

const HALF_PX = 2;

/** The line that shows a place among `blocks`; of a holder without any, the whole of it. */
export function lineAt(
  rectOf: (id: string | null) => Rect | undefined,
  { parent, index }: Spot,
  blocks: readonly Block[],
): Line | null {
  const holder = rectOf(parent);
  const next = blocks[index];
  const beside = next ?? blocks.at(-1);
  const rect = beside && rectOf(beside.id);
  if (!holder) return null;
  if (!rect) return lineOf(holder);
  const { left, top, right, bottom } = rect;
  if (isInLine(beside)) {
    const x = next ? left : right;
    return lineOf({ left: x - HALF_PX, right: x + HALF_PX, top, bottom });
  }
  const y = next ? top : bottom;
  return lineOf({ left, right, top: y - HALF_PX, bottom: y + HALF_PX });
}

const lineOf = ({ left, top, right, bottom }: Rect): Line => ({ left, top, width: right - left, height: bottom - top });
