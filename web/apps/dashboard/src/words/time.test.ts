import { expect, test } from "vitest";
import { ago, ahead, clockTime, logTime } from "./time";

const NOW = Date.parse("2026-01-31T12:00:00Z");
const MIN = 60_000;

test("what was is so long ago, what comes is in so long", () => {
  expect(ago(NOW - 12_000, NOW)).toBe("12 s ago");
  expect(ago(NOW - 5 * MIN, NOW)).toBe("5 min ago");
  expect(ago(NOW - 24 * 60 * MIN, NOW)).toBe("1 day ago");
  expect(ago(NOW + 5 * MIN, NOW)).toBe("in 5 min");
  expect(ago(NOW + 24 * 60 * MIN, NOW)).toBe("in 1 day");
  expect(ago(NaN, NOW)).toBe("at an unknown time");
});

test("clocks that differ by a few seconds do not put what was into the future", () => {
  expect([ago(NOW + 3_000, NOW), ago(NOW - 3_000, NOW)]).toEqual(["just now", "just now"]);
});

test("a next attempt is ahead until its time is over", () => {
  expect(ahead(NOW + 5 * MIN, NOW)).toBe("in 5 min");
  expect(ahead(NOW + 5_000, NOW)).toBe("in 5 s");
  expect(ahead(NOW + 1_000, NOW)).toBe("in a moment");
  expect(ahead(NOW, NOW)).toBeNull();
  expect(ahead(NaN, NOW)).toBeNull();
});

test("a line of a log names the day when it was another one", () => {
  const then = new Date(2026, 0, 31, 14, 3, 7, 120);
  expect(logTime(then.toISOString(), then.getTime() + 1_000)).toBe(clockTime(then.toISOString()));
  expect(logTime(then.toISOString(), then.getTime() + 24 * 60 * MIN)).toBe("2026-01-31 14:03");
});
