import { expect, it } from "vitest";
import { whoIsUnproven } from "./unproven";

const door = { door: "bootstrap", since: "2026-01-01T00:00:00Z", proven: 3, missing: 0, wrong: 0 };

it("says that all are signed only where none was counted without", () => {
  expect(whoIsUnproven({ doors: [door] })).toBe("All of them came with a right signature.");
});

it.each([
  [{ missing: 1, wrong: 0 }, /^1 came without a right signature/],
  [{ missing: 0, wrong: 1 }, /^1 came without a right signature/],
  [{ missing: 1200, wrong: 34 }, /^1,234 came without a right signature/],
])("does not say so where %j were counted and nobody is named", (counts, expected) => {
  const said = whoIsUnproven({ doors: [door, { ...door, ...counts }] });
  expect(said).toMatch(expected);
  expect(said).not.toContain("All of them");
});
