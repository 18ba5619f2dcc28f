import { expect, it } from "vitest";
import { movedTo } from "./order";

it("moves an item to where it is wanted, and nowhere else", () => {
  expect(movedTo(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(movedTo(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
  expect(movedTo(["a", "b"], 0, 2)).toEqual(["a", "b"]);
  expect(movedTo(["a", "b"], 0, -1)).toEqual(["a", "b"]);
});
