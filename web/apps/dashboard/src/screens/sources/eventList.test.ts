import { expect, test } from "vitest";
import type { DebugEvent } from "../../api/types";
import { merge, search } from "./eventList";

function event(messageId: string, second: number, more: Partial<DebugEvent> = {}): DebugEvent {
  const receivedAt = `2026-01-01T00:00:${String(second).padStart(2, "0")}.000Z`;
  return { messageId, type: "track", name: "A", receivedAt, fate: "clean", violations: [], payload: {}, ...more };
}

const ids = (events: DebugEvent[]) => events.map(({ messageId }) => messageId);

test("newest first, whatever the order of arrival", () => {
  expect(ids(merge([event("b", 2)], [event("a", 1), event("c", 3)]))).toEqual(["c", "b", "a"]);
});

test("heard twice is one line, and the later word counts", () => {
  const merged = merge([event("a", 1)], [event("a", 1, { name: "B" })]);
  expect(merged.map(({ name }) => name)).toEqual(["B"]);
});

test("a duplicate message is a line of its own", () => {
  expect(merge([event("a", 1)], [event("a", 2, { fate: "duplicate" })])).toHaveLength(2);
});

test("the oldest make room", () => {
  expect(ids(merge([event("a", 1), event("b", 2)].reverse(), [event("c", 3)], 2))).toEqual(["c", "b"]);
});

test("search reads the whole payload and wants every word", () => {
  const events = [event("a", 1, { payload: { plan: "Pro" } }), event("b", 2)];
  expect(ids(search(events, "pro track"))).toEqual(["a"]);
  expect(ids(search(events, "pro page"))).toEqual([]);
  expect(search(events, "  ")).toBe(events);
});
