/** What the person has where a condition looked, in words; empty where the condition says it all. */

import { isObject, written } from "../../words/exact";

type Judged = { rule: unknown; value?: unknown };

export function found({ rule, value }: Judged): string {
  if (!isObject(rule) || "all" in rule || "any" in rule || "not" in rule) return "";
  if ("segment" in rule) return value ? "the person is in it" : "the person is not in it";
  if ("event" in rule) return eventFound(value);
  if (value === null || value === undefined) return "the person has none";
  return `the person has ${written(value)}`;
}

function eventFound(value: unknown): string {
  if (!isObject(value)) return "the person never did it";
  const count = Number(value.count);
  const times = count === 0 ? "not in this time" : count === 1 ? "once" : `${count} times`;
  if (typeof value.lastAt !== "string") return "the person never did it";
  return `the person did it ${times}, last at ${new Date(value.lastAt).toLocaleString()}`;
}
