import { expect, test } from "vitest";
import { Exact, read, readFree, written } from "./exact";

test.each([
  "9007199254740993",
  "9223372036854775807",
  "-12345678901234567890",
  "1.0",
  "-0",
  "1e20",
  "1E400",
  "0.1000000000000000055511151231257827",
])("%s stays as it was written", (text) => {
  expect(read(text)).toEqual(new Exact(text));
  expect(written(read(`{"a":[${text},{"b":${text}}]}`))).toBe(`{"a":[${text},{"b":${text}}]}`);
  expect(String(read(text))).toBe(text);
});

test.each(["0", "-1", "12.5", "9007199254740992", "1e+21", "1e-7"])("%s is a number as ever", (text) => {
  expect(read(text)).toBe(Number(text));
});

test("digits in texts and keys are no numbers", () => {
  const json = String.raw`{"1.0":"1.0","a":"\" 1.0","b\\":"9007199254740993\\","c":1.0,"__proto__":2.0}`;
  expect(written(read(json))).toBe(json);
  expect((read(json) as { a: unknown }).a).toBe('" 1.0');
});

test("a long text with a quote in every place takes no stack", () => {
  const json = `{"a":"${String.raw`\"`.repeat(4_000_000)}","b":1.0}`;
  expect(written(read(json)) === json).toBe(true);
}, 60_000);

test.each(["", "01.0", "1.0 2.0", "[1.0", "{1.0:1}", "1.0.0", "-", ".5"])("%j is no JSON", (text) => {
  expect(() => read(text)).toThrow(SyntaxError);
});

test("exact under the named keys alone", () => {
  expect(readFree('{"took":1.0,"rows":[[1.0]],"data":[{"seq":2.0,"payload":{"n":2.0}}]}', ["rows", "payload"])).toEqual({
    took: 1,
    rows: [[new Exact("1.0")]],
    data: [{ seq: 2, payload: { n: new Exact("2.0") } }],
  });
});

test("indented, and of nothing nothing", () => {
  expect(written(read('{"a":1.0}'), 2)).toBe('{\n  "a": 1.0\n}');
  expect(written(undefined)).toBe("");
});
