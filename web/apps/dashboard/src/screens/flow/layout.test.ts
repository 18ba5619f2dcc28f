import { expect, test } from "vitest";
import { fan, type Part } from "./layout";

const part = (key: string, count: number): Part => ({ key, label: key, count, tone: "clean" });

test("heights are as the counts, the bar is as high as its ribbons", () => {
  const { nodes, fromHeight } = fan([part("a", 60), part("b", 40)], { x: 0, y: 0 }, { x: 100, y: 0 }, 2);
  expect(nodes.map(({ height }) => height)).toEqual([120, 80]);
  expect(fromHeight).toBe(200);
});

test("one of a million is seen, none is not", () => {
  const { nodes, ribbons } = fan([part("a", 1e6), part("b", 1), part("c", 0)], { x: 0, y: 0 }, { x: 9, y: 0 }, 2e-4);
  expect(nodes.map(({ height }) => height)).toEqual([200, 3, 0]);
  expect(ribbons.map(({ key }) => key)).toEqual(["a", "b"]);
});

test("nodes leave room for their text and never overlap", () => {
  const { nodes, bottom } = fan([part("a", 1), part("b", 0), part("c", 1)], { x: 0, y: 0 }, { x: 9, y: 20 }, 1);
  const starts = [...nodes.map(({ y }) => y), bottom];
  expect(starts[0]).toBe(20);
  for (let i = 1; i < starts.length; i += 1) expect(starts[i]! - starts[i - 1]!).toBeGreaterThanOrEqual(38);
});

test("ribbons share a bar that has a height of its own", () => {
  const { ribbons } = fan([part("a", 50), part("b", 50)], { x: 0, y: 10, height: 60 }, { x: 100, y: 0 }, 2);
  expect(ribbons[0]!.path).toMatch(/^M10 10C.*10 40Z$/);
  expect(ribbons[1]!.path).toMatch(/^M10 40C.*10 70Z$/);
});
