import { expect, test } from "vitest";
import labels from "../../../../../../../tests/conformance/labels.json";
import { adopted, stored } from "./adapter";
import { lineAt, type Rect, spotAt } from "./drop";
import { linked, marked, withVariable } from "./markup";
import type { Block, BlockType, ComponentEntry, Props, Tree } from "./model";
import { defaultLabel, interactionsOf, nameOf } from "./names";

const block = (id: string, type: BlockType, props: Props = {}, blocks?: Block[]): Block => ({ id, type, props, ...(blocks && { blocks }) });
const tree = (...blocks: Block[]): Tree => ({ kind: "inline", blocks });

test("what is stored comes back as it was; within, what may hold blocks has a list of them", () => {
  const kept: Tree = {
    kind: "modal",
    title: "Hello",
    size: "small",
    blocks: [
      block("s", "section"),
      block("c", "columns", { layout: "1-1" }, [block("c1", "column", {}, [block("t", "text", { text: "x" })]), block("c2", "column")]),
      block("h", "heading", { text: "Hi" }),
    ],
  };
  const edited = adopted(kept);
  expect(edited.blocks[0]?.blocks).toEqual([]);
  expect(edited.blocks[1]?.blocks?.[1]?.blocks).toEqual([]);
  expect(edited.blocks[2]).not.toHaveProperty("blocks");
  expect(stored(edited)).toEqual(kept);
  expect(stored(adopted(stored(edited)))).toEqual(kept);
});

const USAGE: ComponentEntry = { name: "usage", kind: "react", title: "Usage meter", props: [] };

test.each(labels.cases)("by default a label is $label", ({ block: each, label }) => {
  const components = Object.entries(labels.components).map(([name, title]) => ({ ...USAGE, name, title }));
  expect(defaultLabel(each as Block, labels.contentName, components)).toBe(label);
});

test("what can be clicked or answered is listed, in the document's order", () => {
  const all = tree(
    block("h", "heading", { text: "Hello" }),
    block("i", "image", { alt: "no link" }),
    block("s", "section", {}, [block("b", "button", { text: "Go", label: "Gone" })]),
    block("c", "card", { actions: [] }, []),
    block("f", "form", { name: "Poll" }, []),
  );
  const found = interactionsOf(all, "Welcome", []).map((each) => [each.block.id, each.label, each.default]);
  expect(found).toEqual([
    ["b", "Gone", "Welcome - Go clicked"],
    ["f", "", "Welcome - Poll"],
  ]);
});

test("blocks are called by their type and their words", () => {
  expect(nameOf(block("h", "heading", { text: "**Hello**, {{user.name|there}}" }))).toBe("Heading “Hello, there”");
  expect(nameOf(block("t", "text", { text: "word ".repeat(20) }))).toMatch(/^Text “.{39}…?”$/);
  expect(nameOf(block("d", "divider"))).toBe("Divider");
  expect(nameOf(block("u", "component", { name: "usage" }), [USAGE])).toBe("Usage meter");
});

test("marks go on and off again", () => {
  const bold = marked({ text: "a word here", start: 2, end: 6 }, "**");
  expect(bold).toEqual({ text: "a **word** here", start: 4, end: 8 });
  expect(marked(bold, "**")).toEqual({ text: "a word here", start: 2, end: 6 });
  expect(marked({ text: "", start: 0, end: 0 }, "_")).toEqual({ text: "__", start: 1, end: 1 });
});

test("a link's address is selected, to be typed over", () => {
  const { text, start, end } = linked({ text: "see plans", start: 4, end: 9 });
  expect(text).toBe("see [plans](https://)");
  expect(text.slice(start, end)).toBe("https://");
});

test("a variable takes the place of what is selected, which is its fallback", () => {
  expect(withVariable({ text: "Hi you!", start: 3, end: 6 }, "user.name", "").text).toBe("Hi {{user.name|you}}!");
  expect(withVariable({ text: "Hi ", start: 3, end: 3 }, "user.name", "a}|b").text).toBe("Hi {{user.name|a  b}}");
  expect(withVariable({ text: "Hi ", start: 3, end: 3 }, "user.name", "").text).toBe("Hi {{user.name}}");
});

const PAGE = tree(
  block("h", "heading"),
  block("s", "section", {}, [block("b1", "button"), block("b2", "button")]),
  block("c", "columns", {}, [block("c1", "column", {}, []), block("c2", "column", {}, [block("t", "text")])]),
  block("f", "form", {}, [block("q", "field")]),
);
const RECTS: Record<string, Rect> = {
  "": { left: 0, top: 0, right: 400, bottom: 500 },
  h: { left: 10, top: 10, right: 390, bottom: 50 },
  s: { left: 10, top: 60, right: 390, bottom: 160 },
  b1: { left: 30, top: 80, right: 130, bottom: 120 },
  b2: { left: 140, top: 80, right: 240, bottom: 120 },
  c: { left: 10, top: 170, right: 390, bottom: 270 },
  c1: { left: 10, top: 170, right: 200, bottom: 270 },
  c2: { left: 200, top: 170, right: 390, bottom: 270 },
  t: { left: 200, top: 170, right: 390, bottom: 200 },
  f: { left: 10, top: 280, right: 390, bottom: 400 },
  q: { left: 10, top: 290, right: 390, bottom: 340 },
};
const rectOf = (id: string | null): Rect | undefined => RECTS[id ?? ""];

test.each<[BlockType, number, number, string | null, number]>([
  ["text", 100, 20, null, 0],
  ["text", 100, 45, null, 1],
  ["text", 100, 62, null, 1],
  ["text", 60, 100, "s", 0],
  ["text", 120, 100, "s", 1],
  ["text", 300, 100, "s", 2],
  ["text", 300, 150, "s", 2],
  ["text", 100, 240, "c1", 0],
  ["text", 300, 240, "c2", 1],
  ["text", 100, 480, null, 4],
  ["field", 100, 300, "f", 0],
  ["form", 100, 300, null, 3],
])("a %s at %i, %i goes into %s at %i", (type, x, y, parent, index) => {
  expect(spotAt(PAGE, rectOf, { x, y }, block("n", type))).toEqual({ parent, index });
});

test("what may not stand there, or lies outside, has no place", () => {
  expect(spotAt(PAGE, rectOf, { x: 100, y: 20 }, block("n", "field"))).toBeNull();
  expect(spotAt(PAGE, rectOf, { x: 500, y: 20 }, block("n", "text"))).toBeNull();
});

test("a block does not go into itself", () => {
  expect(spotAt(PAGE, rectOf, { x: 60, y: 100 }, PAGE.blocks[1] as Block)).toEqual({ parent: null, index: 1 });
});

test("the line stands between blocks, beside those of one line, and over an empty holder", () => {
  expect(lineAt(rectOf, { parent: null, index: 1 }, PAGE.blocks)).toEqual({ left: 10, top: 58, width: 380, height: 4 });
  expect(lineAt(rectOf, { parent: "s", index: 2 }, PAGE.blocks[1]?.blocks ?? [])).toEqual({ left: 238, top: 80, width: 4, height: 40 });
  expect(lineAt(rectOf, { parent: "c1", index: 0 }, [])).toEqual({ left: 10, top: 170, width: 190, height: 100 });
});
