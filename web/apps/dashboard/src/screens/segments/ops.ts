/** The operators of rules: what each is called on screen, and what it takes. As the API's own table has them. */

export type Takes = "nothing" | "scalar" | "list" | "text" | "number" | "range" | "date" | "days";

type Op = { op: string; words: string; takes: Takes; group: string };

export const OPS: readonly Op[] = [
  { op: "equals", words: "is", takes: "scalar", group: "Value" },
  { op: "notEquals", words: "is not", takes: "scalar", group: "Value" },
  { op: "isOneOf", words: "is one of", takes: "list", group: "Value" },
  { op: "isNotOneOf", words: "is none of", takes: "list", group: "Value" },
  { op: "exists", words: "is known", takes: "nothing", group: "Value" },
  { op: "notExists", words: "is not known", takes: "nothing", group: "Value" },
  { op: "isTrue", words: "is true", takes: "nothing", group: "Value" },
  { op: "isFalse", words: "is false", takes: "nothing", group: "Value" },
  { op: "contains", words: "contains", takes: "scalar", group: "Text or list" },
  { op: "notContains", words: "does not contain", takes: "scalar", group: "Text or list" },
  { op: "startsWith", words: "begins with", takes: "text", group: "Text or list" },
  { op: "notStartsWith", words: "does not begin with", takes: "text", group: "Text or list" },
  { op: "endsWith", words: "ends with", takes: "text", group: "Text or list" },
  { op: "notEndsWith", words: "does not end with", takes: "text", group: "Text or list" },
  { op: "greaterThan", words: "is more than", takes: "number", group: "Number" },
  { op: "greaterOrEqual", words: "is at least", takes: "number", group: "Number" },
  { op: "lessThan", words: "is less than", takes: "number", group: "Number" },
  { op: "lessOrEqual", words: "is at most", takes: "number", group: "Number" },
  { op: "between", words: "lies between", takes: "range", group: "Number" },
  { op: "before", words: "is before", takes: "date", group: "Date" },
  { op: "after", words: "is after", takes: "date", group: "Date" },
  { op: "withinLastDays", words: "was within the last", takes: "days", group: "Date" },
  { op: "moreThanDaysAgo", words: "was more than", takes: "days", group: "Date" },
];

const BY_NAME = new Map(OPS.map((each) => [each.op, each]));
/** An event is judged when it comes, so that operators which time alone changes say nothing of its properties. */
const TIMED = ["withinLastDays", "moreThanDaysAgo"];

export const takesOf = (op: string): Takes => BY_NAME.get(op)?.takes ?? "scalar";
export const wordsOf = (op: string): string => BY_NAME.get(op)?.words ?? op;
export const isOp = (op: unknown): op is string => typeof op === "string" && BY_NAME.has(op);

const DATES = ["firstSeenAt", "lastSeenAt"];
const OF_DATES: Takes[] = ["range", "date", "days"];

/** Of a person's own dates the API takes no operators that compare texts or numbers. */
export const isDate = (scope: string, name: string): boolean => scope === "person" && DATES.includes(name);
export const fitsDates = (op: string): boolean => OF_DATES.includes(takesOf(op));

/** The choices of a select, in groups; the one that is chosen is always among them. */
export function opChoices({ scope, name, op: chosen }: { scope: string; name: string; op: string }) {
  const fitting = OPS.filter(
    ({ op }) =>
      op === chosen || ((scope !== "property" || !TIMED.includes(op)) && (!isDate(scope, name) || fitsDates(op))),
  );
  const groups = [...new Set(fitting.map(({ group }) => group))];
  return groups.map((group) => ({
    group,
    items: fitting.filter((each) => each.group === group).map(({ op, words }) => ({ value: op, label: words })),
  }));
}

/** What is known of a person besides traits. */
export const PERSON_FIELDS = [
  { value: "userId", label: "user id" },
  { value: "anonymousId", label: "anonymous id" },
  { value: "groupId", label: "group id" },
  { value: "firstSeenAt", label: "first seen" },
  { value: "lastSeenAt", label: "last seen" },
] as const;
