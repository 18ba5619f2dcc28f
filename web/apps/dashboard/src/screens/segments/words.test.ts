import { expect, test } from "vitest";
import { inWords } from "./words";

test.each([
  [{ trait: "plan", op: "equals", value: "pro" }, 'plan is "pro"'],
  [{ groupTrait: "employees", op: "greaterOrEqual", value: 50 }, "employees of a group is at least 50"],
  [{ person: "lastSeenAt", op: "withinLastDays", value: 7 }, "last seen was within the last 7 days"],
  [{ trait: "signedUpAt", op: "moreThanDaysAgo", value: 30 }, "signedUpAt was more than 30 days ago"],
  [{ trait: "seats", op: "between", value: [1, 20] }, "seats lies between 1 and 20"],
  [{ event: "Ordered", op: "performed", count: { atLeast: 2 }, withinDays: 7 }, "did Ordered at least 2 times within the last 7 days"],
  [{ event: "Ordered", op: "notPerformed" }, "did not do Ordered"],
  [
    { all: [{ trait: "a", op: "exists" }, { any: [{ trait: "b", op: "isTrue" }, { segment: "x" }] }] },
    "a is known and (b is true or is in the segment Name of x)",
  ],
  [{ not: { trait: "a", op: "exists" } }, "not (a is known)"],
])("%j", (rule, words) => {
  expect(inWords(rule, (id) => `Name of ${id}`)).toBe(words);
});
