import { expect, test } from "vitest";
import { read, written } from "../../words/exact";
import { opChoices } from "./ops";
import { changed, faultAt, type GroupNode, isComplete, newEvent, newGroup, newTest, ofKind, ruleOf, treeOf, withField, withOp } from "./tree";

const tree = (rule: unknown) => treeOf(rule) as GroupNode;

test.each([
  [{ all: [{ trait: "plan", op: "equals", value: "pro" }] }],
  [{ any: [{ trait: "seats", op: "between", value: [1, 20] }, { trait: "age", op: "exists" }] }],
  [{ not: { trait: "plan", op: "isOneOf", value: ["pro", "max"] } }],
  [{ not: { any: [{ trait: "a", op: "isTrue" }, { groupTrait: "b", op: "greaterThan", value: 2.5 }] } }],
  [{ not: { all: [{ trait: "a", op: "isTrue" }, { trait: "b", op: "isFalse" }] } }],
  [{ all: [{ person: "lastSeenAt", op: "withinLastDays", value: 7 }, { segment: "abcdefghij" }] }],
  [{ all: [{ trait: "born", op: "before", value: "2000-01-31" }, { trait: "at", op: "after", value: 1700000000 }] }],
  [{ all: [{ trait: "x", op: "isOneOf", value: ["1", 1, true] }] }],
  [{ all: [{ trait: "x", op: "isOneOf", value: ["", "two\nlines", " blanks "] }] }],
  [{ all: [{ trait: "beta", op: "equals", value: true }] }],
  [{ all: [{ event: "Ordered", op: "performed", count: { atLeast: 2, atMost: 4 }, withinDays: 7 }] }],
  [{ all: [{ event: "Ordered", op: "notPerformed", count: { exactly: 3 } }] }],
  [{ all: [{ event: "Ordered", op: "performed", where: [{ property: "total", op: "greaterThan", value: 10 }] }] }],
])("what the builder reads it writes as it was: %j", (rule) => {
  expect(ruleOf(tree(rule))).toEqual(rule);
});

test("a rule that is one condition stands in a group of its own", () => {
  expect(ruleOf(tree({ trait: "a", op: "exists" }))).toEqual({ all: [{ trait: "a", op: "exists" }] });
});

test("numbers keep every digit", () => {
  const json = '{"all":[{"trait":"id","op":"equals","value":9007199254740993}]}';
  expect(written(ruleOf(tree(read(json))))).toBe(json);
});

test.each([
  [null],
  [[]],
  [{ all: "x" }],
  [{ trait: "plan", op: "resembles", value: "pro" }],
  [{ trait: "plan", op: "equals", value: { a: 1 } }],
  [{ trait: "plan", op: "exists", value: 1 }],
  [{ trait: "plan", op: "equals", value: "x", more: 1 }],
  [{ event: "Ordered", count: { around: 3 } }],
  [{ not: { nothing: true } }],
])("what it has no control for is not shown: %j", (rule) => {
  expect(treeOf(rule)).toBeNull();
});

test("an error stands at the node that it points at, without the pointer", () => {
  const root = tree({
    all: [
      { trait: "a", op: "exists" },
      { not: { any: [{ trait: "b", op: "exists" }, { trait: "c", op: "greaterThan", value: "x" }] } },
      { not: { event: "E", where: [{ property: "p", op: "equals", value: 1 }] } },
    ],
  });
  const second = root.nodes[1] as GroupNode;
  const message = '/all/1/not/any/1/value: "greaterThan" takes a number, and there is "x". Nothing was saved.';
  expect(faultAt(root, "/all/1/not/any/1/value", message)).toEqual({
    key: second.nodes[1]?.key,
    field: "value",
    message: '“is more than” takes a number, and there is "x".',
  });
  const event = (root.nodes[2] as GroupNode).nodes[0];
  const property = event?.is === "event" ? event.where[0] : undefined;
  expect(faultAt(root, "/all/2/not/where/0/op", "x").key).toBe(property?.key);
  expect(faultAt(root, "/all/2/not/count/atLeast", "x")).toMatchObject({ key: event?.key, field: "count" });
  expect(faultAt(root, "", "x")).toMatchObject({ key: root.key, field: "" });
});

test("a rule is worth asking for once each condition says something", () => {
  expect(isComplete(newGroup())).toBe(false);
  expect(isComplete(newGroup("all", [newTest("trait")]))).toBe(false);
  expect(isComplete(newGroup("all", [{ ...newTest("trait", "plan"), texts: ["pro"] }]))).toBe(true);
  expect(isComplete(newGroup("all", [withOp(newTest("trait", "plan"), "exists")]))).toBe(true);
  expect(isComplete({ ...newEvent(), event: "Ordered" })).toBe(true);
  expect(isComplete({ ...newEvent(), event: "Ordered", low: "" })).toBe(false);
});

test("another operator takes over as much of the value as it can", () => {
  const one = { ...newTest("trait", "seats"), kind: "number" as const, texts: ["5"] };
  expect(ruleOf(withOp(one, "between"))).toEqual({ trait: "seats", op: "between", value: [5, ""] });
  expect(ruleOf(withOp(one, "isOneOf"))).toEqual({ trait: "seats", op: "isOneOf", value: [5] });
  expect(ruleOf(withOp(one, "startsWith"))).toEqual({ trait: "seats", op: "startsWith", value: "5" });
  expect(ruleOf(withOp(withOp(one, "exists"), "equals"))).toEqual({ trait: "seats", op: "equals", value: "" });
});

test("nodes are changed and taken away by their key, also within an event", () => {
  const root = tree({ all: [{ event: "E", where: [{ property: "p", op: "exists" }] }, { trait: "a", op: "exists" }] });
  const event = root.nodes[0];
  const property = event?.is === "event" ? event.where[0] : undefined;
  expect(ruleOf(changed(root, property?.key ?? 0, () => null))).toEqual({
    all: [{ event: "E", op: "performed" }, { trait: "a", op: "exists" }],
  });
  const other = changed(root, root.nodes[1]?.key ?? 0, (node) => ofKind(node, "groupTrait"));
  expect(ruleOf(other.nodes[1] as GroupNode)).toEqual({ groupTrait: "a", op: "exists" });
});

test("a date of the person has the operators of dates alone, and gets one of them", () => {
  const ops = (name: string, op: string) =>
    opChoices({ scope: "person", name, op }).flatMap(({ items }) => items.map(({ value }) => value));
  const ofDates = ["between", "before", "after", "withinLastDays", "moreThanDaysAgo"];
  expect(ops("lastSeenAt", "before")).toEqual(ofDates);
  expect(ops("lastSeenAt", "equals")).toEqual(["equals", ...ofDates]);
  expect(ops("userId", "equals")).toContain("endsWith");
  const id = { ...newTest("person"), texts: ["ann"] };
  expect(ruleOf(withField(id, "lastSeenAt"))).toEqual({ person: "lastSeenAt", op: "withinLastDays", value: "" });
  expect(ruleOf(withField(withOp(id, "between"), "firstSeenAt"))).toEqual({ person: "firstSeenAt", op: "between", value: ["ann", ""] });
  expect(ruleOf(withField(id, "groupId"))).toEqual({ person: "groupId", op: "equals", value: "ann" });
});
