/**
 * What an edit does to a tree of blocks. Nothing is changed in place, and what an edit does not touch stays the same
 * object, so that only what changed is drawn anew. A move that the table of blocks forbids gives null.
 */

import {
  type Block,
  BLOCKS,
  type BlockType,
  columnsOf,
  type Fresh,
  LIMITS,
  mayHold,
  mayStand,
  type Props,
  type Tree,
  walk,
} from "./model";

/** Before the `index`th block of a holder; `parent` null is the document itself. */
export type Spot = { parent: string | null; index: number };

export type Found = {
  block: Block;
  /** What holds it, from the top inwards. */
  path: Block[];
  index: number;
};

export function find(tree: Tree, id: string): Found | null {
  return findIn(tree.blocks, id, []);
}

function findIn(blocks: readonly Block[], id: string, path: Block[]): Found | null {
  for (const [index, block] of blocks.entries()) {
    if (block.id === id) return { block, path, index };
    const within = block.blocks && findIn(block.blocks, id, [...path, block]);
    if (within) return within;
  }
  return null;
}

/** The blocks that would hold what is put there, from the top inwards; null where there is no such place. */
export function pathOf(tree: Tree, parent: string | null): Block[] | null {
  if (parent === null) return [];
  const found = find(tree, parent);
  return found && [...found.path, found.block];
}

const heldBy = (tree: Tree, parent: string | null): readonly Block[] =>
  parent === null ? tree.blocks : (find(tree, parent)?.block.blocks ?? []);

export const parentOf = (found: Found): string | null => found.path.at(-1)?.id ?? null;

/** Letters and digits; with 8 of them no two in a document are the same, and `made` draws again if they are. */
function newId(taken: Set<string>): string {
  for (;;) {
    const id = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => (byte % 32).toString(32)).join("");
    if (taken.has(id)) continue;
    taken.add(id);
    return id;
  }
}

const idsOf = (tree: Tree): Set<string> => new Set([...walk(tree.blocks)].map(({ id }) => id));

/** A new block as its type begins, with ids that the tree does not have yet. */
export function made(tree: Tree, type: BlockType, props: Props = {}): Block {
  const fresh = BLOCKS[type].fresh();
  return named({ ...fresh, type, props: { ...fresh.props, ...props } }, idsOf(tree));
}

function named(fresh: Fresh, taken: Set<string>): Block {
  const block: Block = { id: newId(taken), type: fresh.type, props: fresh.props };
  return fresh.blocks ? { ...block, blocks: fresh.blocks.map((each) => named(each, taken)) } : block;
}

/** Where a new block goes that is added without pointing: into what is chosen, else after it, else as near as it may stand. */
export function spotFor(tree: Tree, chosen: string | null, type: BlockType): Spot | null {
  const found = chosen === null ? null : find(tree, chosen);
  if (!found) return lastSpot(tree, type);
  const within = spotWithin([...found.path, found.block], type);
  if (within) return within;
  const around = [...found.path, found.block];
  for (let depth = found.path.length; depth >= 0; depth -= 1) {
    const path = found.path.slice(0, depth);
    if (!mayHold(path, type)) continue;
    const parent = path.at(-1)?.id ?? null;
    const index = heldBy(tree, parent).findIndex(({ id }) => id === around[depth]?.id);
    return { parent, index: index + 1 };
  }
  return lastSpot(tree, type);
}

/** At the end of the document; a field, which stands in forms alone, at the end of the last form. */
function lastSpot(tree: Tree, type: BlockType): Spot | null {
  if (mayHold([], type)) return { parent: null, index: tree.blocks.length };
  const holders = [...walk(tree.blocks)].filter(({ id }) => mayHold(pathOf(tree, id) ?? [], type));
  const last = holders.at(-1);
  return last ? { parent: last.id, index: last.blocks?.length ?? 0 } : null;
}

/** At the end of the innermost holder of `path`, or of its first column. */
function spotWithin(path: Block[], type: BlockType): Spot | null {
  const holder = path.at(-1);
  if (!holder?.blocks) return null;
  if (mayHold(path, type)) return { parent: holder.id, index: holder.blocks.length };
  const column = holder.blocks.find((each) => mayHold([...path, each], type));
  return holder.type === "columns" && column ? { parent: column.id, index: column.blocks?.length ?? 0 } : null;
}

export function insert(tree: Tree, spot: Spot, block: Block): Tree | null {
  const path = pathOf(tree, spot.parent);
  if (path === null || !mayStand(path, block)) return null;
  if (path.length + heightOf(block) > LIMITS.depth) return null;
  return withBlocks(tree, spot.parent, (blocks) => blocks.toSpliced(spot.index, 0, block));
}

const heightOf = (block: Block): number => 1 + Math.max(0, ...(block.blocks ?? []).map(heightOf));

/** Columns go with the layout, never by themselves. */
export const isFixed = (block: Block): boolean => BLOCKS[block.type].isPart === true;

export function remove(tree: Tree, id: string): Tree | null {
  const found = find(tree, id);
  if (!found || isFixed(found.block)) return null;
  return without(tree, found);
}

const without = (tree: Tree, found: Found): Tree =>
  withBlocks(tree, parentOf(found), (blocks) => blocks.toSpliced(found.index, 1));

/** `spot` is of the tree as it is, with the block still in its old place. */
export function move(tree: Tree, id: string, spot: Spot): Tree | null {
  const found = find(tree, id);
  if (!found || pathOf(tree, spot.parent)?.some((each) => each.id === id)) return null;
  const parent = parentOf(found);
  if (isFixed(found.block) && spot.parent !== parent) return null;
  const isLater = spot.parent === parent && spot.index > found.index;
  const index = isLater ? spot.index - 1 : spot.index;
  if (spot.parent === parent && index === found.index) return null;
  return insert(without(tree, found), { parent: spot.parent, index }, found.block);
}

export function duplicate(tree: Tree, id: string): { tree: Tree; id: string } | null {
  const found = find(tree, id);
  if (!found || isFixed(found.block)) return null;
  const twin = renamed(found.block, idsOf(tree));
  const next = insert(tree, { parent: parentOf(found), index: found.index + 1 }, twin);
  return next && { tree: next, id: twin.id };
}

/** A copy with ids of its own; a form of its own is told apart in events, too. */
function renamed(block: Block, taken: Set<string>): Block {
  const props = block.type === "form" ? { ...block.props, formId: BLOCKS.form.fresh().props.formId } : block.props;
  const twin: Block = { ...block, id: newId(taken), props };
  return block.blocks ? { ...twin, blocks: block.blocks.map((each) => renamed(each, taken)) } : twin;
}

/** Sets props; those given as undefined are left out from then on. */
export function change(tree: Tree, id: string, props: Props): Tree | null {
  const found = find(tree, id);
  if (!found) return null;
  const entries = Object.entries({ ...found.block.props, ...props }).filter(([, value]) => value !== undefined);
  const changed = { ...found.block, props: Object.fromEntries(entries) };
  const whole = changed.type === "columns" ? relaid(tree, changed) : changed;
  return withBlocks(tree, parentOf(found), (blocks) => blocks.with(found.index, whole));
}

/** As many columns as the layout has; what stood in those that go moves to the end of the last that stays. */
function relaid(tree: Tree, columns: Block): Block {
  const wanted = columnsOf(columns.props.layout);
  const blocks = columns.blocks ?? [];
  const kept = blocks.slice(0, wanted);
  const left = blocks.slice(wanted).flatMap((each) => each.blocks ?? []);
  const last = kept.at(-1);
  if (last && left.length > 0) kept[kept.length - 1] = { ...last, blocks: [...(last.blocks ?? []), ...left] };
  const taken = idsOf(tree);
  while (kept.length < wanted) kept.push(named({ type: "column", props: {}, blocks: [] }, taken));
  return { ...columns, blocks: kept };
}

export type Step = "up" | "down" | "in" | "out";

/** The place that one step leads to, for those who do not drag; null where there is none. */
export function stepOf(tree: Tree, id: string, step: Step): Spot | null {
  const found = find(tree, id);
  if (!found) return null;
  const spot = step === "in" ? inwards(tree, found) : step === "out" ? outwards(tree, found) : sideways(tree, found, step);
  return spot && move(tree, id, spot) ? spot : null;
}

function sideways(tree: Tree, found: Found, step: "up" | "down"): Spot | null {
  const parent = parentOf(found);
  const index = step === "up" ? found.index - 1 : found.index + 2;
  return index < 0 || index > heldBy(tree, parent).length ? null : { parent, index };
}

/** To the end of the holder before it, else to the beginning of the one after it. */
function inwards(tree: Tree, found: Found): Spot | null {
  const siblings = heldBy(tree, parentOf(found));
  const before = siblings[found.index - 1];
  const after = siblings[found.index + 1];
  const into = (holder: Block | undefined): Block | null => {
    if (!holder) return null;
    const holders = holder.type === "columns" ? (holder.blocks ?? []).map((each) => [holder, each]) : [[holder]];
    const fit = holders.find((path) => mayStand([...found.path, ...path], found.block));
    return fit?.at(-1) ?? null;
  };
  const above = into(before);
  if (above) return { parent: above.id, index: above.blocks?.length ?? 0 };
  const below = into(after);
  return below && { parent: below.id, index: 0 };
}

/** Behind what holds it, or what holds that, wherever it may stand. From one column it goes to the next first. */
function outwards(tree: Tree, found: Found): Spot | null {
  const next = nextColumn(found);
  if (next) return { parent: next.id, index: 0 };
  for (let depth = found.path.length - 1; depth >= 0; depth -= 1) {
    const path = found.path.slice(0, depth);
    if (!mayStand(path, found.block)) continue;
    const parent = path.at(-1)?.id ?? null;
    const index = heldBy(tree, parent).findIndex((each) => each.id === found.path[depth]?.id);
    return { parent, index: index + 1 };
  }
  return null;
}

function nextColumn(found: Found): Block | null {
  const column = found.path.at(-1);
  if (column?.type !== "column") return null;
  const columns = found.path.at(-2)?.blocks ?? [];
  return columns[columns.findIndex(({ id }) => id === column.id) + 1] ?? null;
}

function withBlocks(tree: Tree, parent: string | null, to: (blocks: Block[]) => Block[]): Tree {
  if (parent === null) return { ...tree, blocks: to(tree.blocks) };
  return { ...tree, blocks: within(tree.blocks, parent, to) };
}

function within(blocks: Block[], parent: string, to: (blocks: Block[]) => Block[]): Block[] {
  let isChanged = false;
  const next = blocks.map((block) => {
    if (isChanged || !block.blocks) return block;
    if (block.id === parent) {
      isChanged = true;
      return { ...block, blocks: to(block.blocks) };
    }
    const inner = within(block.blocks, parent, to);
    if (inner === block.blocks) return block;
    isChanged = true;
    return { ...block, blocks: inner };
  });
  return isChanged ? next : blocks;
}

export const countOf = (tree: Tree): number => [...walk(tree.blocks)].length;
