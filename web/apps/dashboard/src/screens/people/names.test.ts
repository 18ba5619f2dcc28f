import { expect, test } from "vitest";
import { nameOf, secondNameOf } from "./names";

const person = (traits: Record<string, unknown>, userIds: string[] = [], anonymousIds: string[] = []) => ({
  id: "per_1",
  userIds,
  anonymousIds,
  traits,
});

test.each([
  [person({ name: "Ada", email: "ada@example.com" }, ["u-1"]), "Ada", "ada@example.com"],
  [person({ firstName: "Ada", lastName: "L" }, ["u-1"]), "Ada L", "u-1"],
  [person({ name: 5, email: " " }, ["u-1"]), "u-1", ""],
  [person({}, [], ["a-1"]), "Anonymous a-1", ""],
  [person({}), "per_1", ""],
  [person({ email: "u-1" }, ["u-1"]), "u-1", ""],
])("%j", (given, first, second) => {
  expect([nameOf(given), secondNameOf(given)]).toEqual([first, second]);
});
