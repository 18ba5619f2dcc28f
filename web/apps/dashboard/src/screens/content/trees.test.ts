import { expect, it } from "vitest";
import type { Block, Tree } from "../../api/contentTypes";
import { changesBetween, longestRising, propsBetween } from "./trees";

const text = (id: string, words = id): Block => ({ id, type: "text", props: { text: words } });
const tree = (...blocks: Block[]): Tree => ({ kind: "inline", blocks });
const told = (before: Tree, after: Tree) =>
  changesBetween(before, after).map(({ kind, nodeId }) => `${kind} ${nodeId}`);

it("tells nothing of equal trees, whatever the order of their props", () => {
  const one: Block = { id: "a", type: "button", props: { text: "Go", style: "link" } };
  const other: Block = { id: "a", type: "button", props: { style: "link", text: "Go" } };
  expect(changesBetween(tree(one), tree(other))).toEqual([]);
});

it("tells what came, went and is another", () => {
  expect(told(tree(text("a"), text("b")), tree(text("a", "new"), text("c")))).toEqual(["changed a", "added c", "removed b"]);
});

it("tells a move of one block as one, and not of those which it passed", () => {
  const before = tree(text("a"), text("b"), text("c"), text("d"));
  expect(told(before, tree(text("d"), text("a"), text("b"), text("c")))).toEqual(["moved d"]);
  expect(told(before, tree(text("b"), text("c"), text("d")))).toEqual(["removed a"]);
});

it("tells a block that went into another as moved", () => {
  const section = (...blocks: Block[]): Block => ({ id: "s", type: "section", props: {}, blocks });
  expect(told(tree(section(), text("a")), tree(section(text("a"))))).toEqual(["moved a"]);
  expect(told(tree(section(text("a"))), tree())).toEqual(["removed s"]);
  expect(told(tree(), tree(section(text("a"))))).toEqual(["added s"]);
});

it("tells a change of the window itself", () => {
  const modal: Tree = { kind: "modal", title: "Hello", blocks: [] };
  expect(changesBetween(tree(), modal)[0]).toMatchObject({ kind: "changed", type: "document", after: { title: "Hello" } });
});

it("finds the longest part that rises", () => {
  expect(longestRising([3, 1, 2, 5, 4], (each) => each)).toHaveLength(3);
  expect(longestRising([], (each) => each)).toEqual([]);
});

it("names the settings that differ", () => {
  expect(propsBetween({ text: "a", level: 2 }, { text: "b", level: 2, align: "end" })).toEqual([
    { name: "text", before: "a", after: "b" },
    { name: "align", before: undefined, after: "end" },
  ]);
});
