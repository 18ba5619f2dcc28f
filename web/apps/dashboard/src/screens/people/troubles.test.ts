import { expect, test } from "vitest";
import type { TraitTroubles } from "../../api/types";
import { answers, slipInWords, withTraits } from "./troubles";

const source = { id: "s", name: "S", catalog: "http-api", lastEventAt: null, lastIdentifyAt: null };
const nothing: TraitTroubles = {
  lastCustomerEventAt: null,
  sources: [],
  rest: { lastEventAt: null, lookedAt: 0, refused: 0, newest: [] },
  people: { lookedAt: 0, known: 0, withoutTraits: 0, newestWithoutTraits: [] },
  traits: [],
  slips: [],
};
const on = { ...source, enabled: true, feedsProfiles: true, identifies: 3 };

test("where nothing has come all is missing, but a door that nobody uses is no fault", () => {
  expect(answers(nothing)).toEqual({ script: false, identifies: false, traits: false, rest: null, names: true });
});

test.each([
  [{ ...on }, true],
  [{ ...on, enabled: false }, false],
  [{ ...on, feedsProfiles: false }, false],
  [{ ...on, identifies: 0 }, false],
  [{ ...on, identifies: null }, null],
])("a source counts when it is on, tells of people and has identified someone: %j", (each, expected) => {
  expect(answers({ ...nothing, sources: [each] }).identifies).toBe(expected);
});

test("one refused item is a fault, and so is a slip", () => {
  const rest = { lastEventAt: "2026-01-01T00:00:00Z", lookedAt: 5, refused: 1, newest: [] };
  const slips = [{ name: "emial", people: 1, like: "email", likePeople: 9, kind: "reserved" as const }];
  expect(answers({ ...nothing, rest, slips })).toMatchObject({ rest: false, names: false });
  expect(answers({ ...nothing, rest: { ...rest, refused: 0 } }).rest).toBe(true);
});

test.each([
  [113, 2, true, "111 of 113"],
  [113, 0, true, null],
  [3, 3, false, "0 of 3"],
])("of %i users with %i without traits it is said how many have them", (known, withoutTraits, answer, extent) => {
  const people = { lookedAt: known, known, withoutTraits, newestWithoutTraits: [] };
  expect(answers({ ...nothing, people }).traits).toBe(answer);
  expect(withTraits(people)).toBe(extent);
});

test("a slip is told by what it may be meant as", () => {
  expect(slipInWords({ name: "Email", people: 1, like: "email", likePeople: 0, kind: "reserved" })).toContain("“email”");
  expect(slipInWords({ name: "Plan", people: 1, like: "plan", likePeople: 3, kind: "spelling" })).toContain("case");
  expect(slipInWords({ name: " ", people: 1, like: "", likePeople: 0, kind: "blank" })).toMatch(/^nothing of this name can be seen/);
});
