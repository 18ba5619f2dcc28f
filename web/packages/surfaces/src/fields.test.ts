import { expect, test } from "vitest";
import server from "../../../../tests/conformance/blocks.json";
import { BLOCKS, type FieldSpec, isInteractive, mayHold, mayStand, newFormId, ROOT_HOLDS } from "./fields";
import type { Block, BlockType } from "./model";

/** What the server calls the kinds of settings. */
const KINDS: Record<FieldSpec["kind"], string[]> = {
  line: ["line"],
  markup: ["markup"],
  address: ["link", "file"],
  choice: ["choice"],
  switch: ["switch"],
  number: ["number"],
  actions: ["actions"],
  options: ["options"],
  label: ["line"],
  given: ["given"],
};
/** Given when the block is made, and never changed after. */
const MADE_ONCE: Record<string, string[]> = { form: ["formId"], component: ["name"] };

type Told = { kind: string; required: boolean; variables: string; choices: string[] };
const table = server.blocks as Record<string, { holds: string[]; props: Record<string, Told> }>;
const types = Object.keys(BLOCKS) as BlockType[];

test("there are the block types that the server knows, and they hold the same", () => {
  expect([...types].sort()).toEqual(Object.keys(table).sort());
  expect([...ROOT_HOLDS].sort()).toEqual(server.top);
  for (const type of types) expect([...(BLOCKS[type].holds ?? [])].sort(), type).toEqual(table[type]?.holds);
});

test.each(types)("the settings of %s are those that the server checks", (type) => {
  const { fields } = BLOCKS[type];
  const told = table[type]?.props ?? {};
  const names = [...fields.map(({ name }) => name), ...(MADE_ONCE[type] ?? [])];
  expect(names.sort()).toEqual(Object.keys(told).sort());
  for (const field of fields) {
    const of = told[field.name];
    expect(KINDS[field.kind], `${type}.${field.name}`).toContain(of?.kind);
    expect((field.choices ?? []).map(({ value }) => value), `${type}.${field.name}`).toEqual(of?.choices);
    if (of?.required && !["actions", "options", "given"].includes(field.kind)) {
      expect(field.isRequired, `${type}.${field.name} is required`).toBe(true);
    }
    if (field.variables) expect({ texts: "own", url: "url" }[field.variables], `${type}.${field.name}`).toBe(of?.variables);
  }
});

test.each(types)("a new %s begins with settings of its own, and may stand where it stands", (type) => {
  const { props, blocks = [] } = BLOCKS[type].fresh();
  const known = Object.keys(table[type]?.props ?? {});
  expect(Object.keys(props).filter((name) => !known.includes(name))).toEqual([]);
  const made = (fresh: { type: BlockType; props: Block["props"]; blocks?: (typeof blocks)[number][] }, id: string): Block => ({
    id,
    type: fresh.type,
    props: fresh.props,
    ...(fresh.blocks && { blocks: fresh.blocks.map((each, at) => made(each, `${id}-${at}`)) }),
  });
  const around: Block[] = type === "column" ? [made({ type: "columns", props: {} }, "c")] : type === "field" ? [made({ type: "form", props: {} }, "f")] : [];
  expect(mayStand(around, made({ type, props, blocks }, "n"))).toBe(true);
});

test("a field stands in forms alone, at any depth; a form in no form and no card", () => {
  const form: Block = { id: "f", type: "form", props: {} };
  const columns: Block = { id: "c", type: "columns", props: {} };
  const column: Block = { id: "k", type: "column", props: {} };
  const card: Block = { id: "d", type: "card", props: {} };
  expect(mayHold([form], "field")).toBe(true);
  expect(mayHold([form, columns, column], "field")).toBe(true);
  expect(mayHold([columns, column], "field")).toBe(false);
  expect(mayHold([form, columns, column], "form")).toBe(false);
  expect(mayHold([columns, column], "form")).toBe(true);
  expect(mayHold([card, columns, column], "form")).toBe(false);
});

test.each<[BlockType, Block["props"], boolean]>([
  ["button", {}, true],
  ["form", {}, true],
  ["component", {}, true],
  ["card", { actions: [] }, false],
  ["card", { actions: [{ type: "dismiss" }] }, true],
  ["image", { src: "/a.png" }, false],
  ["image", { href: "/plans" }, true],
  ["text", { text: "[a](/b)" }, false],
])("whether %s with %j is told of: %s", (type, props, isTold) => {
  expect(isInteractive({ id: "b", type, props })).toBe(isTold);
});

test("forms have ids of 21 characters, no two the same", () => {
  const ids = Array.from({ length: 200 }, newFormId);
  expect(ids.every((id) => /^[A-Za-z0-9_-]{21}$/.test(id))).toBe(true);
  expect(new Set(ids).size).toBe(200);
});
