import { expect, test } from "vitest";
import { secondsOf, termsGiven, termsOf, termsProblems, USUAL } from "./terms";

test.each([
  [null, "usual", ""],
  [[], "none", ""],
  [[5, 300, 1800, 7200, 86_400, 90], "own", "5 s, 5 min, 30 min, 2 h, 1 d, 90 s"],
])("a schedule of %j is shown, and given back as it was", (schedule, retries, waits) => {
  const terms = termsOf({ schedule, perSecond: 2.5, ordered: true });
  expect(terms).toEqual({ retries, waits, pace: "2.5", isOrdered: true });
  expect(termsGiven(terms, terms)).toEqual({ schedule, perSecond: 2.5, ordered: true });
  expect(termsGiven({}, terms)).toEqual({});
});

test.each([
  ["5, 10 s; 1.5 min\n2h", [5, 10, 90, 7200]],
  ["", null],
  ["soon", null],
  ["5 s, 0 s", null],
  ["5 weeks", null],
])("%j are %j seconds", (text, seconds) => {
  expect(secondsOf(text)).toEqual(seconds);
});

test("what is no time and no pace is said; an empty pace goes back to the usual", () => {
  expect(Object.keys(termsProblems({ ...USUAL, retries: "own", waits: "soon", pace: "-1" }))).toEqual(["waits", "pace"]);
  expect(termsProblems({ ...USUAL, waits: "soon" })).toEqual({});
  expect(termsGiven({ pace: "" }, USUAL)).toEqual({ perSecond: null });
});
