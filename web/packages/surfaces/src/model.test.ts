import { expect, test } from "vitest";
import { type Block, walk } from "./model";

const block = (id: string, blocks?: Block[]): Block => ({ id, type: "section", props: {}, blocks });

test("a walk meets each block once, the outer before the inner, in the document's order", () => {
  const tree = [block("a", [block("b", [block("c")]), block("d")]), block("e")];
  expect([...walk(tree)].map(({ id }) => id)).toEqual(["a", "b", "c", "d", "e"]);
});
