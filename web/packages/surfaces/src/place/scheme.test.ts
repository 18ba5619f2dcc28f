// @vitest-environment happy-dom
import { expect, test } from "vitest";
import { properties, type Colors } from "../style";
import { darkness } from "./scheme";

test.each([
  ["rgb(255, 255, 255)", false],
  ["rgb(20, 24, 31)", true],
  ["rgba(20, 24, 31, 0.9)", true],
  ["rgba(0, 0, 0, 0)", undefined],
  ["rgba(0, 0, 0, 0.3)", undefined],
  ["transparent", undefined],
  ["", undefined],
  ["color(srgb 0.1 0.1 0.12)", true],
  ["color(display-p3 0.9 0.9 0.95 / 0.9)", false],
  ["color(srgb 0.1 0.1 0.12 / 0.2)", undefined],
  ["oklch(0.2 0.02 250)", true],
  ["oklab(0.95 0 -0.01)", false],
  ["lab(12 1 -3)", true],
  ["lch(96 1 90)", false],
])("%s is dark: %s", (color, expected) => {
  expect(darkness(color)).toBe(expected);
});

test("a guide without dark colours brings its own background where it is dark", () => {
  const light = {} as Colors;
  expect(properties({ light }, "dark")).toContain("background:var(--hw-background)");
  expect(properties({ light }, "light")).not.toContain("background:var(--hw-background)");
  expect(properties({ light, dark: light }, "dark")).not.toContain("background:var(--hw-background)");
});
