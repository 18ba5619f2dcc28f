/** From the stored tree to the one that is edited, and back: what may hold blocks always has a list of them here. */

import { type Block, BLOCKS, type Tree } from "./model";

export function adopted(stored: Tree): Tree {
  return { ...stored, blocks: stored.blocks.map(adoptedBlock) };
}

function adoptedBlock(block: Block): Block {
  if (!BLOCKS[block.type].holds) return block;
  return { ...block, blocks: (block.blocks ?? []).map(adoptedBlock) };
}

/** Left out again: lists that are empty. */
export function stored(tree: Tree): Tree {
  return { ...tree, blocks: tree.blocks.map(storedBlock) };
}

function storedBlock(block: Block): Block {
  if (!block.blocks) return block;
  const { blocks, ...rest } = block;
  return blocks.length === 0 ? rest : { ...rest, blocks: blocks.map(storedBlock) };
}
