import { expect, test } from "vitest";
import { read } from "../../words/exact";
import { toCsv } from "./csv";
import { completionTables, quoted, toSchemas } from "./schemas";

test("CSV quotes what needs it and tells NULL from an empty text", () => {
  const csv = toCsv(
    [{ name: "a" }, { name: 'b"c' }],
    [
      [1, "x,y"],
      [null, ""],
      ["two\nlines", { k: [1] }],
    ],
  );
  expect(csv).toBe('a,"b""c"\r\n1,"x,y"\r\n,""\r\n"two\nlines","{""k"":[1]}"\r\n');
});

test("CSV has every digit, and JSON that is text as it is", () => {
  const rows = read('[[9007199254740993,1.0,{"n":[9223372036854775807]},"{\\"n\\": 1.0}"]]') as unknown[][];
  const columns = ["a", "b", "c", "d"].map((name) => ({ name }));
  expect(toCsv(columns, rows)).toBe(
    'a,b,c,d\r\n9007199254740993,1.0,"{""n"":[9223372036854775807]}","{""n"": 1.0}"\r\n',
  );
});

test("columns become a tree in their order", () => {
  const schemas = toSchemas([
    ["candu_prod", "tutorial_view", "id", "VARCHAR"],
    ["candu_prod", "tutorial_view", "tutorial_id", "BIGINT"],
    ["candu_prod", "screens", "id", "VARCHAR"],
  ]);
  expect(schemas).toHaveLength(1);
  expect(schemas[0]!.tables.map(({ name }) => name)).toEqual(["tutorial_view", "screens"]);
  expect(completionTables(schemas)).toEqual({
    candu_prod: { tutorial_view: ["id", "tutorial_id"], screens: ["id"] },
  });
});

test.each([
  ["tutorial_view", "tutorial_view"],
  ["order", '"order"'],
  ["2fa", '"2fa"'],
  ['a"b', '"a""b"'],
])("%s is written %s", (name, written) => {
  expect(quoted(name)).toBe(written);
});
