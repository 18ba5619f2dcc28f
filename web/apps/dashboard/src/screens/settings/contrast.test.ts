import { expect, it } from "vitest";
import { isColour, pairs, ratio, shownRatio, wordsOn } from "./contrast";

const COLORS = {
  background: "#ffffff",
  surface: "#f5f6f8",
  primary: "#1f5fd1",
  secondary: "#49536b",
  text: "#1a1f2b",
  muted: "#596273",
  border: "#7d8798",
  success: "#17713b",
  warning: "#8f5300",
  danger: "#b42318",
};

it("counts contrast as WCAG does", () => {
  expect(ratio("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(ratio("#777777", "#ffffff")).toBeCloseTo(4.478, 2);
  expect(ratio("#123456", "#123456")).toBe(1);
});

it("finds every pair of the first style guide readable", () => {
  const found = pairs(COLORS);
  expect(found).toHaveLength(8);
  expect(found.filter(({ isEnough }) => !isEnough)).toEqual([]);
});

it("names the pairs that are too alike", () => {
  const low = pairs({ ...COLORS, muted: "#9aa0aa" }).filter(({ isEnough }) => !isEnough);
  expect(low.map(({ token, behind }) => `${token} on ${behind}`)).toEqual(["muted on background", "muted on surface"]);
});

it("says nothing of colours that are half written", () => {
  expect(pairs({ ...COLORS, text: "#12" })).toEqual([]);
  expect(["#12", "red", "#1234567", "#12345g"].filter(isColour)).toEqual([]);
});

it("writes black words on light grounds, and white ones on dark", () => {
  expect(wordsOn("#ffee88")).toBe("#000000");
  expect(wordsOn("#1f5fd1")).toBe("#ffffff");
});

it("cuts a ratio instead of rounding it", () => {
  expect(shownRatio(4.4999)).toBe("4.49");
});
