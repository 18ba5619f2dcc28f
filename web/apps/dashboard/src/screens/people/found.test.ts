import { expect, test } from "vitest";
import { found } from "./found";

test.each([
  [{ rule: { trait: "plan", op: "equals", value: "pro" }, value: "free" }, 'the person has "free"'],
  [{ rule: { trait: "plan", op: "exists" }, value: null }, "the person has none"],
  [{ rule: { groupTrait: "size", op: "exists" }, value: [1, 2] }, "the person has [1,2]"],
  [{ rule: { segment: "x" }, value: true }, "the person is in it"],
  [{ rule: { event: "E" }, value: { count: 0, lastAt: null } }, "the person never did it"],
  [{ rule: { all: [] }, value: null }, ""],
])("%j", (node, words) => {
  expect(found(node)).toBe(words);
});

test("of events when the last one was", () => {
  const lastAt = "2026-01-02T03:04:05Z";
  expect(found({ rule: { event: "E" }, value: { count: 2, lastAt } })).toBe(
    `the person did it 2 times, last at ${new Date(lastAt).toLocaleString()}`,
  );
  expect(found({ rule: { event: "E" }, value: { count: 0, lastAt } })).toContain("not in this time");
});
