import { expect, test } from "vitest";
import type { TraitTroubles } from "../../api/types";
import { answers, slipInWords } from "./troubles";

const source = { id: "s", name: "S", catalog: "http-api", lastEventAt: null, lastIdentifyAt: null };
const nothing: TraitTroubles = {
  lastCustomerEventAt: null,
  sources: [],
  rest: { lastEventAt: null, lookedAt: 0, refused: 0, newest: [] },
  people: { lookedAt: 0, known: 0, withoutTraits: 0 },
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

test("one refused item is a fault, and so are a slip and users without traits", () => {
  const rest = { lastEventAt: "2026-01-01T00:00:00Z", lookedAt: 5, refused: 1, newest: [] };
  const slips = [{ name: "emial", people: 1, like: "email", likePeople: 9, kind: "reserved" as const }];
  const people = { lookedAt: 9, known: 5, withoutTraits: 2 };
  expect(answers({ ...nothing, rest, slips, people })).toMatchObject({ rest: false, names: false, traits: false });
  expect(answers({ ...nothing, rest: { ...rest, refused: 0 } }).rest).toBe(true);
});

test("a slip is told by what it may be meant as", () => {
  expect(slipInWords({ name: "Email", people: 1, like: "email", likePeople: 0, kind: "reserved" })).toContain("“email”");
  expect(slipInWords({ name: "Plan", people: 1, like: "plan", likePeople: 3, kind: "spelling" })).toContain("case");
});
