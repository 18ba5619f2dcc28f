/**
 * A rule as the builder holds it: nodes with a key each, values as they are typed. `treeOf` reads the API's JSON,
 * `ruleOf` writes it; between the two nothing but equal spellings changes. Errors of the API find their node by path.
 */

import { Exact, isObject, read, written } from "../../words/exact";
import { fitsDates, isDate, isOp, PERSON_FIELDS, takesOf, wordsOf } from "./ops";

export type Rule = Record<string, unknown>;
export type Mode = "all" | "any" | "none" | "notAll";
export type Scope = "trait" | "groupTrait" | "person" | "property";
/** `mixed`: each text is JSON. */
export type ValueKind = "text" | "number" | "boolean" | "mixed";
export type Bound = "atLeast" | "atMost" | "exactly" | "between";

export type GroupNode = { key: number; is: "group"; mode: Mode; nodes: Node[] };
export type TestNode = { key: number; is: "test"; scope: Scope; name: string; op: string; kind: ValueKind; texts: string[] };
export type EventNode = {
  key: number;
  is: "event";
  event: string;
  negated: boolean;
  bound: Bound;
  low: string;
  high: string;
  /** Empty: ever. */
  days: string;
  where: TestNode[];
};
export type MemberNode = { key: number; is: "segment"; segment: string };
export type Node = GroupNode | TestNode | EventNode | MemberNode;

let lastKey = 0;
const nextKey = () => (lastKey += 1);

export const newGroup = (mode: Mode = "all", nodes: Node[] = []): GroupNode => ({ key: nextKey(), is: "group", mode, nodes });
export const newTest = (scope: Scope, name = ""): TestNode => ({
  key: nextKey(),
  is: "test",
  scope,
  name: scope === "person" ? name || PERSON_FIELDS[0].value : name,
  op: "equals",
  kind: "text",
  texts: [""],
});
export const newEvent = (): EventNode => ({
  key: nextKey(),
  is: "event",
  event: "",
  negated: false,
  bound: "atLeast",
  low: "1",
  high: "1",
  days: "",
  where: [],
});
export const newMember = (segment = ""): MemberNode => ({ key: nextKey(), is: "segment", segment });

/** The same condition on another kind of thing; what both have is kept. */
export function ofKind(node: Node, kind: string): Node {
  const made =
    kind === "event" ? newEvent() : kind === "segment" ? newMember() : newTest(kind as Scope);
  if (made.is === "test" && node.is === "test") {
    const name = made.scope === "person" || node.scope === "person" ? made.name : node.name;
    return { ...node, scope: made.scope, name };
  }
  return { ...made, key: node.key };
}

/** With another operator, its value in the form that one takes. */
export function withOp(node: TestNode, op: string): TestNode {
  const takes = takesOf(op);
  const first = node.texts[0] ?? "";
  const texts = takes === "list" ? node.texts : takes === "range" ? [first, node.texts[1] ?? ""] : [first];
  if (takes === "nothing") return { ...node, op, texts: [] };
  if (takes === "number" || takes === "days") return { ...node, op, texts, kind: "number" };
  if (takes === "text" || takes === "date") return { ...node, op, texts, kind: "text" };
  if (takes === "range" && isDate(node.scope, node.name)) return { ...node, op, texts, kind: "text" };
  if (takes === "range" && node.kind !== "text") return { ...node, op, texts, kind: "number" };
  return { ...node, op, texts: texts.length > 0 ? texts : [""], kind: node.kind === "mixed" && takes !== "list" ? "text" : node.kind };
}

/** Of something else that is known of a person, with an operator that this has. */
export function withField(node: TestNode, name: string): TestNode {
  const moved = { ...node, name };
  if (!isDate(node.scope, name)) return moved;
  if (!fitsDates(node.op)) return { ...withOp(moved, "withinLastDays"), texts: [""] };
  return withOp(moved, node.op);
}

// From JSON

/** The rule as a group; null when it has a part that the builder has no control for. */
export function treeOf(rule: unknown): GroupNode | null {
  const node = nodeOf(rule);
  if (node === null || node.is === "group") return node;
  return newGroup("all", [node]);
}

function nodeOf(rule: unknown): Node | null {
  if (!isObject(rule)) return null;
  const keys = Object.keys(rule);
  if ("all" in rule && keys.length === 1) return groupOf("all", rule.all);
  if ("any" in rule && keys.length === 1) return groupOf("any", rule.any);
  if ("not" in rule && keys.length === 1) return contraryOf(rule.not);
  if ("event" in rule) return eventOf(rule);
  if ("segment" in rule) return keys.length === 1 && typeof rule.segment === "string" ? newMember(rule.segment) : null;
  for (const scope of ["trait", "groupTrait", "person"] as const) if (scope in rule) return testOf(rule, scope);
  return null;
}

function groupOf(mode: Mode, rules: unknown): GroupNode | null {
  if (!Array.isArray(rules)) return null;
  const nodes = rules.map(nodeOf);
  return nodes.includes(null) ? null : newGroup(mode, nodes as Node[]);
}

function contraryOf(rule: unknown): GroupNode | null {
  const inner = nodeOf(rule);
  if (inner === null) return null;
  // Of one rule alone "none" and "not all" say the same.
  if (inner.is === "group" && inner.nodes.length > 1 && inner.mode === "any") return { ...inner, mode: "none" };
  if (inner.is === "group" && inner.nodes.length > 1 && inner.mode === "all") return { ...inner, mode: "notAll" };
  return newGroup("none", [inner]);
}

function testOf(rule: Rule, scope: Scope): TestNode | null {
  const { [scope]: name, op, value, ...others } = rule;
  if (typeof name !== "string" || !isOp(op) || Object.keys(others).length > 0) return null;
  const given = valueOf(op, value);
  return given && { key: nextKey(), is: "test", scope, name, op, ...given };
}

function valueOf(op: string, value: unknown): Pick<TestNode, "kind" | "texts"> | null {
  const takes = takesOf(op);
  if (takes === "nothing") return value === undefined || value === null ? { kind: "text", texts: [] } : null;
  const isList = takes === "list" || takes === "range";
  if (isList !== Array.isArray(value)) return null;
  const values = isList ? (value as unknown[]) : [value];
  if (takes === "range" && values.length !== 2) return null;
  const kinds = new Set(values.map(kindOf));
  if (kinds.has(null)) return null;
  if (takes === "date") return { kind: "text", texts: values.map(String) };
  // In a list of texts each is a line, and an empty line is none.
  const isOfLines = values.every((each) => typeof each !== "string" || (each.trim() !== "" && !each.includes("\n")));
  if (takes === "list" && !isOfLines) return { kind: "mixed", texts: values.map((each) => written(each)) };
  if (kinds.size === 1) return { kind: [...kinds][0] as ValueKind, texts: values.map(String) };
  return takes === "list" ? { kind: "mixed", texts: values.map((each) => written(each)) } : null;
}

function kindOf(value: unknown): ValueKind | null {
  if (typeof value === "string") return "text";
  if (typeof value === "number" || value instanceof Exact) return "number";
  return typeof value === "boolean" ? "boolean" : null;
}

function eventOf(rule: Rule): EventNode | null {
  const { event, op = "performed", count, withinDays, where, ...others } = rule;
  const bounds = boundsOf(count);
  const tests = (where ?? []) as unknown[];
  if (typeof event !== "string" || (op !== "performed" && op !== "notPerformed") || bounds === null) return null;
  if (Object.keys(others).length > 0 || !Array.isArray(tests)) return null;
  if (withinDays !== undefined && withinDays !== null && kindOf(withinDays) !== "number") return null;
  const read = tests.map((each) => (isObject(each) ? testOf(each, "property") : null));
  if (read.includes(null)) return null;
  const days = withinDays === undefined || withinDays === null ? "" : String(withinDays);
  return { ...newEvent(), event, negated: op === "notPerformed", ...bounds, days, where: read as TestNode[] };
}

function boundsOf(count: unknown): Pick<EventNode, "bound" | "low" | "high"> | null {
  if (count === undefined || count === null) return { bound: "atLeast", low: "1", high: "1" };
  if (!isObject(count)) return null;
  const { atLeast, atMost, exactly, ...others } = count;
  if (Object.keys(others).length > 0) return null;
  if ([atLeast, atMost, exactly].some((each) => each !== undefined && kindOf(each) !== "number")) return null;
  if (exactly !== undefined)
    return atLeast === undefined && atMost === undefined
      ? { bound: "exactly", low: String(exactly), high: String(exactly) }
      : null;
  if (atLeast !== undefined && atMost !== undefined) return { bound: "between", low: String(atLeast), high: String(atMost) };
  if (atLeast !== undefined) return { bound: "atLeast", low: String(atLeast), high: String(atLeast) };
  return atMost !== undefined ? { bound: "atMost", low: "1", high: String(atMost) } : null;
}

// To JSON

export function ruleOf(node: Node): Rule {
  if (node.is === "group") return ruleOfGroup(node);
  if (node.is === "segment") return { segment: node.segment };
  if (node.is === "test") return ruleOfTest(node);
  const rule: Rule = { event: node.event, op: node.negated ? "notPerformed" : "performed" };
  const count = countOf(node);
  if (count) rule.count = count;
  if (node.days.trim() !== "") rule.withinDays = numberOf(node.days);
  if (node.where.length > 0) rule.where = node.where.map(ruleOfTest);
  return rule;
}

function ruleOfGroup({ mode, nodes }: GroupNode): Rule {
  const rules = nodes.map(ruleOf);
  if (mode === "all" || mode === "any") return { [mode]: rules };
  return { not: rules.length === 1 ? rules[0] : { [mode === "none" ? "any" : "all"]: rules } };
}

function ruleOfTest(node: TestNode): Rule {
  const rule: Rule = { [node.scope]: node.name, op: node.op };
  const takes = takesOf(node.op);
  if (takes === "nothing") return rule;
  const kept = takes === "list" ? node.texts.filter((text) => text.trim() !== "") : node.texts;
  const values = kept.map((text) => valueOfText(text, takes === "date" ? "date" : node.kind));
  return { ...rule, value: takes === "list" || takes === "range" ? values : values[0] };
}

function countOf({ bound, low, high }: EventNode): Rule | null {
  if (bound === "exactly") return { exactly: numberOf(low) };
  if (bound === "atMost") return { atMost: numberOf(high) };
  if (bound === "between") return { atLeast: numberOf(low), atMost: numberOf(high) };
  return low.trim() === "1" ? null : { atLeast: numberOf(low) };
}

function valueOfText(text: string, kind: ValueKind | "date"): unknown {
  if (kind === "boolean") return text === "true";
  if (kind === "number") return numberOf(text);
  // A date is ISO 8601, or seconds since 1970.
  if (kind === "date") return /^-?\d{9,}(\.\d+)?$/.test(text.trim()) ? numberOf(text) : text.trim();
  return kind === "mixed" ? jsonOf(text) : text;
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** With every digit; what is no number stays text, of which the API then says what it expected. */
const numberOf = (text: string): unknown => (NUMBER.test(text.trim()) ? read(text.trim()) : text.trim());

function jsonOf(text: string): unknown {
  try {
    return read(text);
  } catch {
    return text;
  }
}

// Changing

/** The tree with the node of that key replaced by what `change` makes of it; null takes it away. */
export function changed(root: GroupNode, key: number, change: (node: Node) => Node | null): GroupNode {
  return (within(root, key, change) as GroupNode | null) ?? root;
}

function within(node: Node, key: number, change: (node: Node) => Node | null): Node | null {
  if (node.key === key) return change(node);
  if (node.is === "group") {
    const nodes = node.nodes.map((each) => within(each, key, change)).filter((each) => each !== null);
    return { ...node, nodes };
  }
  if (node.is === "event") {
    const where = node.where.map((each) => within(each, key, change)).filter((each) => each !== null);
    return { ...node, where: where as TestNode[] };
  }
  return node;
}

// Looking

/** Whether every condition says something, so that it is worth asking whom the rule holds. */
export function isComplete(node: Node): boolean {
  if (node.is === "group") return node.nodes.length > 0 && node.nodes.every(isComplete);
  if (node.is === "segment") return node.segment !== "";
  if (node.is === "event") return node.event.trim() !== "" && isCounted(node) && node.where.every(isComplete);
  return node.name.trim() !== "" && isValued(node);
}

function isValued({ op, kind, texts }: TestNode): boolean {
  const takes = takesOf(op);
  if (takes === "nothing") return true;
  if (kind === "text" && (op === "equals" || op === "notEquals")) return true; // an empty text is one
  return takes === "list" ? texts.some((text) => text.trim() !== "") : texts.every((text) => text !== "");
}

function isCounted({ bound, low, high }: EventNode): boolean {
  return (bound === "atMost" || low.trim() !== "") && (bound === "atLeast" || bound === "exactly" || high.trim() !== "");
}

export type Fault = { key: number; field: string; message: string };

/** Where in the tree an error of the API belongs, whose path is a JSON pointer into `ruleOf(root)`. */
export function faultAt(root: GroupNode, path: string, message: string): Fault {
  const { key, rest } = deepest(root, "", path);
  return { key, field: rest.split("/")[1] ?? "", message: plainly(message, path) };
}

function deepest(node: Node, at: string, path: string): { key: number; rest: string } {
  for (const [inner, place] of inside(node, at)) {
    if (path === place || path.startsWith(`${place}/`)) return deepest(inner, place, path);
  }
  return { key: node.key, rest: path.slice(at.length) };
}

function inside(node: Node, at: string): [Node, string][] {
  if (node.is === "event") return node.where.map((each, index) => [each, `${at}/where/${index}`]);
  if (node.is !== "group") return [];
  const words = { all: "/all", any: "/any", none: "/not/any", notAll: "/not/all" };
  const isAlone = node.nodes.length === 1 && (node.mode === "none" || node.mode === "notAll");
  return node.nodes.map((each, index) => [each, isAlone ? `${at}/not` : `${at}${words[node.mode]}/${index}`]);
}

/** The sentence without the pointer, which is shown by where it stands, and operators as the builder calls them. */
function plainly(message: string, path: string): string {
  const text = path !== "" && message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
  const named = text.replace(/"([A-Za-z]+)"(?= takes | needs | is not for )/g, (quoted, op: string) => (isOp(op) ? `“${wordsOf(op)}”` : quoted));
  const told = named.replace(/ Nothing was [a-z ]+\.$/, "");
  return told.charAt(0).toUpperCase() + told.slice(1);
}
