import { expect, test } from "vitest";
import { begun, done, redone, undone } from "./history";
import { type Block, BLOCKS, type BlockType, mayStand, type Tree, walk } from "./model";
import { change, duplicate, find, insert, made, move, parentOf, pathOf, remove, type Spot, spotFor, type Step, stepOf } from "./tree";

const block = (id: string, type: BlockType, blocks?: Block[], props = {}): Block => ({ id, type, props, ...(blocks && { blocks }) });
const tree = (...blocks: Block[]): Tree => ({ kind: "inline", blocks });
const SAMPLE = tree(
  block("h", "heading", undefined, { text: "Hello" }),
  block("s", "section", [block("t", "text"), block("b", "button")]),
  block("c", "columns", [block("c1", "column", [block("i", "image")]), block("c2", "column", [])]),
  block("f", "form", [block("q", "field")], { formId: "x".repeat(21), name: "Feedback" }),
);
const ids = (of: Tree) => [...walk(of.blocks)].map(({ id }) => id).join(" ");
const types = Object.keys(BLOCKS) as BlockType[];

test("what is put somewhere stands there, and the rest stays the same objects", () => {
  const next = insert(SAMPLE, { parent: "s", index: 1 }, block("n", "badge")) as Tree;
  expect(ids(next)).toBe("h s t n b c c1 i c2 f q");
  expect(next.blocks[0]).toBe(SAMPLE.blocks[0]);
  expect(next.blocks[2]).toBe(SAMPLE.blocks[2]);
  expect(ids(SAMPLE)).toBe("h s t b c c1 i c2 f q");
});

test.each<[string, Spot, BlockType]>([
  ["a field outside a form", { parent: "s", index: 0 }, "field"],
  ["a column by itself", { parent: null, index: 0 }, "column"],
  ["a form in a form", { parent: "f", index: 0 }, "form"],
  ["anything between columns", { parent: "c", index: 1 }, "text"],
  ["anything in a leaf", { parent: "h", index: 0 }, "text"],
])("refused: %s", (_, spot, type) => {
  expect(insert(SAMPLE, spot, made(SAMPLE, type))).toBeNull();
});

test("at most eight deep", () => {
  let deep = tree();
  for (let depth = 0; depth < 8; depth += 1) {
    const parent = [...walk(deep.blocks)].at(-1)?.id ?? null;
    deep = insert(deep, { parent, index: 0 }, block(`d${depth}`, "section", [])) as Tree;
  }
  expect(insert(deep, { parent: "d7", index: 0 }, block("x", "text"))).toBeNull();
  expect(insert(deep, { parent: "d6", index: 0 }, block("x", "text"))).not.toBeNull();
});

test("a block moves on among its own, and nowhere into itself", () => {
  expect(ids(move(SAMPLE, "t", { parent: "s", index: 2 }) as Tree)).toBe("h s b t c c1 i c2 f q");
  expect(move(SAMPLE, "t", { parent: "s", index: 1 })).toBeNull();
  expect(move(SAMPLE, "s", { parent: "s", index: 0 })).toBeNull();
  expect(move(SAMPLE, "q", { parent: null, index: 0 })).toBeNull();
});

test.each<[string, Step, string]>([
  ["h", "down", "s t b h c c1 i c2 f q"],
  ["c", "up", "h c c1 i c2 s t b f q"],
  ["h", "in", "s h t b c c1 i c2 f q"],
  ["b", "out", "h s t b c c1 i c2 f q"],
  ["i", "out", "h s t b c c1 c2 i f q"],
])("%s one step %s", (id, step, wanted) => {
  const next = move(SAMPLE, id, stepOf(SAMPLE, id, step) as Spot) as Tree;
  expect(ids(next)).toBe(wanted);
});

test("each step has one that takes it back, or none at all", () => {
  expect(stepOf(SAMPLE, "h", "up")).toBeNull();
  expect(stepOf(SAMPLE, "h", "out")).toBeNull();
  expect(stepOf(SAMPLE, "f", "down")).toBeNull();
  expect(stepOf(SAMPLE, "q", "out")).toBeNull();
  const down = move(SAMPLE, "s", stepOf(SAMPLE, "s", "down") as Spot) as Tree;
  expect(move(down, "s", stepOf(down, "s", "up") as Spot)).toEqual(SAMPLE);
});

test.each<[string | null, BlockType, Spot | null]>([
  [null, "text", { parent: null, index: 4 }],
  ["s", "text", { parent: "s", index: 2 }],
  ["t", "text", { parent: "s", index: 1 }],
  ["c", "text", { parent: "c1", index: 1 }],
  ["h", "field", { parent: "f", index: 1 }],
  ["q", "form", { parent: null, index: 4 }],
  ["q", "field", { parent: "f", index: 1 }],
])("with %s chosen, a new %s goes where it may stand", (chosen, type, wanted) => {
  expect(spotFor(SAMPLE, chosen, type)).toEqual(wanted);
});

test("a field has no place where there is no form", () => {
  expect(spotFor(tree(block("h", "heading")), "h", "field")).toBeNull();
});

test("a twin stands behind, with ids and a form of its own", () => {
  const twin = duplicate(SAMPLE, "f") as { tree: Tree; id: string };
  const copied = find(twin.tree, twin.id)?.block as Block;
  expect(twin.tree.blocks.map(({ type }) => type)).toEqual(["heading", "section", "columns", "form", "form"]);
  expect(copied.props.name).toBe("Feedback");
  expect(copied.props.formId).toMatch(/^[A-Za-z0-9_-]{21}$/);
  expect(copied.props.formId).not.toBe("x".repeat(21));
});

test("columns follow the layout; nothing in them is lost", () => {
  const three = change(SAMPLE, "c", { layout: "1-1-1" }) as Tree;
  expect(find(three, "c")?.block.blocks).toHaveLength(3);
  const filled = insert(three, { parent: find(three, "c")?.block.blocks?.[2]?.id ?? "", index: 0 }, block("n", "text")) as Tree;
  const two = change(filled, "c", { layout: "2-1" }) as Tree;
  expect(find(two, "c")?.block.blocks?.map((each) => (each.blocks ?? []).map(({ id }) => id))).toEqual([["i"], ["n"]]);
  expect(remove(SAMPLE, "c1")).toBeNull();
  expect(duplicate(SAMPLE, "c1")).toBeNull();
  expect(move(SAMPLE, "c1", { parent: "c", index: 2 })).not.toBeNull();
});

test("a prop given as undefined is left out", () => {
  expect(find(change(SAMPLE, "h", { text: undefined, level: 3 }) as Tree, "h")?.block.props).toEqual({ level: 3 });
});

test("typing in one place is one step back", () => {
  let history = begun(SAMPLE);
  for (const text of ["H", "He", "Hey"]) history = done(history, change(history.tree, "h", { text }) as Tree, "h text");
  history = done(history, remove(history.tree, "s") as Tree);
  expect(undone(history).tree.blocks[0]?.props.text).toBe("Hey");
  expect(undone(undone(history)).tree).toBe(SAMPLE);
  expect(undone(undone(undone(history))).tree).toBe(SAMPLE);
  expect(redone(redone(undone(undone(history)))).tree).toBe(history.tree);
  expect(done(undone(history), SAMPLE).future).toEqual([]);
});

/** Numbers that come out the same in every run. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function isRight(blocks: readonly Block[], path: Block[] = []): boolean {
  return blocks.every((each) => mayStand(path, each) && isRight(each.blocks ?? [], [...path, each]));
}

test.each(Array.from({ length: 25 }, (_, seed) => [seed]))("whatever is done, ids stay unique and all stands where it may (%i)", (seed) => {
  const roll = dice(seed);
  let at = SAMPLE;
  for (let turn = 0; turn < 120; turn += 1) {
    const all = [...walk(at.blocks)];
    const one = all[roll(all.length)];
    const spot: Spot = { parent: roll(3) === 0 ? null : (all[roll(all.length)]?.id ?? null), index: roll(4) };
    const type = types[roll(types.length)] as BlockType;
    const before = at;
    const id = one?.id ?? "";
    const step = (["up", "down", "in", "out"] as const)[roll(4)] as Step;
    const to = stepOf(at, id, step);
    const tried = [
      () => insert(at, { ...spot, index: Math.min(spot.index, (spot.parent === null ? at.blocks : find(at, spot.parent)?.block.blocks ?? []).length) }, made(at, type)),
      () => move(at, id, spot),
      () => (to ? move(at, id, to) : null),
      () => (all.length > 4 && roll(3) === 0 ? remove(at, id) : null),
      () => (all.length < 150 ? (duplicate(at, id)?.tree ?? null) : null),
    ][roll(5)]?.();
    if (!tried) continue;
    at = tried;
    const now = [...walk(at.blocks)].map((each) => each.id);
    expect(new Set(now).size).toBe(now.length);
    expect(isRight(at.blocks)).toBe(true);
    if (find(at, id)) expect(pathOf(at, parentOf(find(at, id) as NonNullable<ReturnType<typeof find>>))).not.toBeNull();
    expect(before).not.toBe(at);
  }
});
