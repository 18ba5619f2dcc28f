import { expect, it } from "vitest";
import { lasting, lastDays, momentsOf, percent } from "./period";

const NOON = Date.parse("2026-11-20T12:00:00Z");

it("takes the last days with today", () => {
  expect(lastDays(1, NOON)).toEqual({ from: "2026-11-20", to: "2026-11-20" });
  expect(lastDays(30, NOON)).toEqual({ from: "2026-10-22", to: "2026-11-20" });
});

it("asks from the beginning of the first day to the end of the last one", () => {
  expect(momentsOf({ from: "2026-11-19", to: "2026-11-20" })).toEqual({
    from: "2026-11-19T00:00:00.000Z",
    to: "2026-11-21T00:00:00.000Z",
  });
  expect(momentsOf({ from: "2026-11-21", to: "2026-11-20" })).toBeNull();
  expect(momentsOf({ from: "", to: "2026-11-20" })).toBeNull();
});

it("writes rates and times for people", () => {
  expect([0, 0.034, 0.5, 1].map(percent)).toEqual(["0 %", "3.4 %", "50 %", "100 %"]);
  expect([0.001, 0.5, 5.4, 72].map(lasting)).toEqual(["1 min", "30 min", "5 h", "3 days"]);
});
