/** Every rule of the cases that all judges of rules share can be shown in the builder, and comes out as it was. */

import { expect, test } from "vitest";
import cases from "../../../../../../tests/conformance/segments.json?raw";
import { isObject, read, written } from "../../words/exact";
import { OPS } from "./ops";
import { type Rule, ruleOf, treeOf } from "./tree";

const rules = (read(cases) as { rule: Rule }[]).map(({ rule }) => rule);

test("there are cases", () => {
  expect(rules.length).toBeGreaterThan(400);
});

test("each comes out as it was", () => {
  const differing = rules.filter((rule) => {
    const tree = treeOf(rule);
    return tree === null || written(plain(ruleOf(tree))) !== written(plain(rule));
  });
  expect(differing.map((rule) => written(rule))).toEqual([]);
});

test("no operator is missing", () => {
  const used = new Set(written(rules).match(/(?<="op":")\w+/g));
  for (const op of ["performed", "notPerformed"]) used.delete(op);
  expect(OPS.map(({ op }) => op).sort()).toEqual([...used].sort());
});

/** One spelling for rules that mean the same by their form alone: groups of one, defaults, the order of keys. */
function plain(rule: unknown): unknown {
  if (Array.isArray(rule)) return rule.map(plain);
  if (!isObject(rule)) return rule;
  for (const word of ["all", "any"] as const) {
    const rules = rule[word];
    if (Array.isArray(rules) && rules.length === 1) return plain(rules[0]);
  }
  const whole = "event" in rule ? { op: "performed", ...rule } : rule;
  const pairs = Object.entries(whole).filter(([key, value]) => value !== null && !isDefault(key, value));
  return Object.fromEntries(pairs.sort().map(([key, value]) => [key, plain(value)]));
}

function isDefault(key: string, value: unknown): boolean {
  return (key === "where" && written(value) === "[]") || (key === "count" && written(value) === '{"atLeast":1}');
}
