/** A condition of a rule in words. */

import { isObject, written } from "../../words/exact";
import { PERSON_FIELDS, takesOf, wordsOf } from "./ops";

type Names = (segmentId: string) => string;

/** The rule on one line, as `plan is "pro" and Ordered, at least 2 times within 7 days`. */
export function inWords(rule: unknown, nameOf: Names = (id) => id): string {
  if (!isObject(rule)) return written(rule);
  if (Array.isArray(rule.all)) return joined(rule.all, " and ", nameOf);
  if (Array.isArray(rule.any)) return joined(rule.any, " or ", nameOf);
  if ("not" in rule) return `not (${inWords(rule.not, nameOf)})`;
  return conditionInWords(rule, nameOf);
}

function joined(rules: unknown[], word: string, nameOf: Names): string {
  return rules
    .map((each) => (isGroup(each) && rules.length > 1 ? `(${inWords(each, nameOf)})` : inWords(each, nameOf)))
    .join(word);
}

const isGroup = (rule: unknown) => isObject(rule) && ("all" in rule || "any" in rule);

/** What a node of an explanation is called: of a group how it joins what is within. */
export function headline(rule: unknown, nameOf: Names): string {
  if (!isObject(rule)) return written(rule);
  if ("all" in rule) return "All of these hold";
  if ("any" in rule) return "At least one of these holds";
  if ("not" in rule) return "This does not hold";
  return conditionInWords(rule, nameOf);
}

function conditionInWords(rule: Record<string, unknown>, nameOf: Names): string {
  if (typeof rule.segment === "string") return `is in the segment ${nameOf(rule.segment)}`;
  if (typeof rule.event === "string") return eventInWords(rule);
  return testInWords(rule);
}

function testInWords(rule: Record<string, unknown>): string {
  const [scope] = ["trait", "groupTrait", "person", "property"].filter((each) => each in rule);
  const name = String(rule[scope ?? ""] ?? "");
  const what =
    scope === "groupTrait"
      ? `${name} of a group`
      : scope === "person"
        ? (PERSON_FIELDS.find(({ value }) => value === name)?.label ?? name)
        : name;
  const op = String(rule.op);
  const takes = takesOf(op);
  if (takes === "nothing") return `${what} ${wordsOf(op)}`;
  if (takes === "days") return `${what} was ${op === "withinLastDays" ? "within the last" : "more than"} ${days(rule.value)}${op === "withinLastDays" ? "" : " ago"}`;
  if (takes === "range" && Array.isArray(rule.value))
    return `${what} ${wordsOf(op)} ${rule.value.map((each) => written(each)).join(" and ")}`;
  if (Array.isArray(rule.value)) return `${what} ${wordsOf(op)} ${rule.value.map((each) => written(each)).join(", ")}`;
  return `${what} ${wordsOf(op)} ${written(rule.value)}`;
}

function eventInWords(rule: Record<string, unknown>): string {
  const verb = rule.op === "notPerformed" ? "did not do" : "did";
  const times = timesInWords(rule.count);
  const within = rule.withinDays == null ? "" : ` within the last ${days(rule.withinDays)}`;
  const where =
    Array.isArray(rule.where) && rule.where.length > 0
      ? ` where ${rule.where.map((each) => testInWords(isObject(each) ? each : {})).join(" and ")}`
      : "";
  return `${verb} ${String(rule.event)}${times}${within}${where}`;
}

function timesInWords(count: unknown): string {
  if (!isObject(count)) return "";
  const { atLeast, atMost, exactly } = count;
  if (exactly !== undefined) return ` exactly ${times(exactly)}`;
  if (atLeast !== undefined && atMost !== undefined) return ` ${String(atLeast)} to ${times(atMost)}`;
  if (atLeast !== undefined) return ` at least ${times(atLeast)}`;
  return atMost === undefined ? "" : ` at most ${times(atMost)}`;
}

const times = (count: unknown) => (String(count) === "1" ? "once" : `${String(count)} times`);
const days = (count: unknown) => (String(count) === "1" ? "day" : `${String(count)} days`);
