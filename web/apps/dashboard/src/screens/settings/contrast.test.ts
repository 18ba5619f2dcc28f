import { expect, it } from "vitest";
import cases from "../../../../../../tests/conformance/contrast.json";
import { isColour, pairs, ratio, shownRatio, wordsOn } from "./contrast";

it("counts contrast as WCAG does", () => {
  expect(ratio("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(ratio("#777777", "#ffffff")).toBeCloseTo(4.478, 2);
  expect(ratio("#123456", "#123456")).toBe(1);
});

it.each(cases.ratios)("counts %s on %s as the server does", (one, other, expected) => {
  expect(ratio(String(one), String(other))).toBeCloseTo(Number(expected), 5);
  expect(ratio(String(other), String(one))).toBeCloseTo(Number(expected), 5);
});

it.each(cases.guides)("finds the pairs that the server refuses, with $changed", ({ changed, low }) => {
  const found = pairs({ ...cases.colors, ...changed });
  expect(found).toHaveLength(8);
  expect(found.filter(({ isEnough }) => !isEnough).map(({ token, behind }) => [token, behind])).toEqual(low);
});

it("says nothing of colours that are half written", () => {
  expect(pairs({ ...cases.colors, text: "#12" })).toEqual([]);
  expect(["#12", "red", "#1234567", "#12345g"].filter(isColour)).toEqual([]);
});

it("writes black words on light grounds, and white ones on dark", () => {
  expect(wordsOn("#ffee88")).toBe("#000000");
  expect(wordsOn("#1f5fd1")).toBe("#ffffff");
});

it("cuts a ratio instead of rounding it", () => {
  expect(shownRatio(4.4999)).toBe("4.49");
});
