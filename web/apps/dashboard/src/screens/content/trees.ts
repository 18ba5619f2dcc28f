/** What differs between two trees, block by block, in the order in which a reader comes to them. */

import type { Block, Change, Tree } from "../../api/contentTypes";
import { isSame } from "./same";

type Placed = { block: Block; parent: string };

export function changesBetween(before: Tree, after: Tree): Change[] {
  const olds = placed(before.blocks);
  const news = placed(after.blocks);
  const moved = movedBetween(olds, news);
  const [head, headAfter] = [headOf(before), headOf(after)];
  return [
    ...(isSame(head, headAfter) ? [] : [{ kind: "changed" as const, nodeId: "", type: "document", text: "", before: head, after: headAfter }]),
    ...[...news].flatMap(([id, now]) => changesOf(olds.get(id), now, olds, moved)),
    // What went with a block that is gone itself needs no line of its own; nor does what came with a new one.
    ...[...olds]
      .filter(([id, { parent }]) => !news.has(id) && (parent === "" || news.has(parent)))
      .map(([, { block }]) => ({ ...said(block), kind: "removed" as const, before: block.props, after: null })),
  ];
}

function changesOf(old: Placed | undefined, now: Placed, olds: Map<string, Placed>, moved: Set<string>): Change[] {
  const { block, parent } = now;
  if (!old) return parent === "" || olds.has(parent) ? [{ ...said(block), kind: "added", before: null, after: block.props }] : [];
  const isChanged = old.block.type !== block.type || !isSame(old.block.props, block.props);
  return [
    ...(moved.has(block.id) ? [{ ...said(block), kind: "moved" as const, before: null, after: null }] : []),
    ...(isChanged ? [{ ...said(block), kind: "changed" as const, before: old.block.props, after: block.props }] : []),
  ];
}

/** Blocks under another parent, and of those under the same one as few as explain the new order. */
function movedBetween(olds: Map<string, Placed>, news: Map<string, Placed>): Set<string> {
  const both = [...news].filter(([id]) => olds.has(id));
  const moved = new Set(both.filter(([id, { parent }]) => olds.get(id)?.parent !== parent).map(([id]) => id));
  const rank = new Map([...olds.keys()].map((id, index) => [id, index]));
  const siblings = new Map<string, string[]>();
  for (const [id, { parent }] of both) if (!moved.has(id)) siblings.set(parent, [...(siblings.get(parent) ?? []), id]);
  for (const ids of siblings.values()) {
    const kept = new Set(longestRising(ids, (id) => rank.get(id) ?? 0));
    for (const id of ids) if (!kept.has(id)) moved.add(id);
  }
  return moved;
}

/** The longest part of the list, in its order, whose ranks rise. */
export function longestRising<T>(items: readonly T[], rankOf: (item: T) => number): T[] {
  const lengths: number[] = [];
  const before: number[] = [];
  items.forEach((item, at) => {
    lengths[at] = 1;
    before[at] = -1;
    for (let each = 0; each < at; each += 1) {
      if (rankOf(items[each] as T) < rankOf(item) && (lengths[each] ?? 0) >= (lengths[at] ?? 0)) {
        lengths[at] = (lengths[each] ?? 0) + 1;
        before[at] = each;
      }
    }
  });
  const found: T[] = [];
  for (let at = lengths.indexOf(Math.max(0, ...lengths)); at >= 0; at = before[at] ?? -1) found.unshift(items[at] as T);
  return found;
}

function placed(blocks: readonly Block[], parent = "", found = new Map<string, Placed>()): Map<string, Placed> {
  for (const block of blocks) {
    found.set(block.id, { block, parent });
    if (block.blocks) placed(block.blocks, block.id, found);
  }
  return found;
}

const headOf = ({ kind, title, size }: Tree) => ({ kind, title, size });
const said = (block: Block) => ({ nodeId: block.id, type: block.type, text: textOf(block) });

/** What a reader knows a block by; empty where it says nothing. */
export function textOf({ props, blocks = [] }: Block): string {
  for (const name of ["text", "label", "title", "name", "alt"]) {
    const value = props[name];
    if (typeof value === "string" && value.trim() !== "") return value.trim();
  }
  const inside = blocks.find((each) => typeof each.props.text === "string" && each.props.text !== "");
  return inside ? String(inside.props.text) : "";
}

/** The settings of a block that differ, by name. */
export function propsBetween(before: unknown, after: unknown): { name: string; before: unknown; after: unknown }[] {
  const olds = asProps(before);
  const news = asProps(after);
  return [...new Set([...Object.keys(olds), ...Object.keys(news)])]
    .filter((name) => !isSame(olds[name], news[name]))
    .map((name) => ({ name, before: olds[name], after: news[name] }));
}

const asProps = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
