import { expect, test } from "vitest";
import type { DebugEvent } from "../../api/types";
import { read } from "../../words/exact";
import { merge, search } from "./eventList";
import { leaves } from "./payload";
import { reduce, START } from "./useLiveEvents";

function event(seq: number, more: Partial<DebugEvent> = {}): DebugEvent {
  return {
    seq,
    messageId: `m${seq}`,
    type: "track",
    name: "A",
    receivedAt: "2026-01-01T00:00:00.000Z",
    fate: "clean",
    reason: null,
    note: null,
    violations: [],
    payload: {},
    ...more,
  };
}

const seqs = (events: DebugEvent[]) => events.map(({ seq }) => seq);

test("newest first, whatever the order of arrival", () => {
  expect(seqs(merge([event(2)], [event(1), event(3)]))).toEqual([3, 2, 1]);
});

test("what was received later stands above, though it was heard of earlier", () => {
  const refused = event(9, { receivedAt: "2025-12-31T23:59:59.000Z", fate: "rejected" });
  expect(seqs(merge([refused], [event(3)]))).toEqual([3, 9]);
});

test("heard twice is one line, and the later word counts", () => {
  expect(merge([event(1)], [event(1, { name: "B" })]).map(({ name }) => name)).toEqual(["B"]);
});

test("the oldest make room", () => {
  expect(seqs(merge([event(2), event(1)], [event(3)], 2))).toEqual([3, 2]);
});

test("search reads the whole payload and wants every word", () => {
  const events = [event(1, { payload: { plan: "Pro" } }), event(2)];
  expect(seqs(search(events, "pro track"))).toEqual([1]);
  expect(seqs(search(events, "pro page"))).toEqual([]);
  expect(search(events, "  ")).toBe(events);
});

test("numbers are shown and searched as they were sent", () => {
  const payload = read('{"n":12345678901234567890,"list":[1.0,2],"deep":[{"m":1.0}]}');
  expect(leaves(payload).map(({ path, value }) => `${path} ${value}`)).toEqual([
    "n 12345678901234567890",
    "list [1.0,2]",
    "deep[0].m 1.0",
  ]);
  expect(seqs(search([event(1, { payload }), event(2)], "12345678901234567890"))).toEqual([1]);
});

test("what the stream repeats of the list is no arrival", () => {
  const read = reduce(START, { kind: "read", events: [event(2), event(1)] });
  expect(reduce(read, { kind: "heard", events: [event(2)] })).toBe(read);
  expect(reduce(read, { kind: "heard", events: [event(2), event(3)] })).toMatchObject({ arrivals: 1 });
});

test("while paused events wait, and come with the end of the pause", () => {
  const paused = reduce(reduce(START, { kind: "read", events: [event(1)] }), { kind: "paused", isPaused: true });
  const heard = reduce(paused, { kind: "heard", events: [event(2), event(3)] });
  expect(seqs(heard.events)).toEqual([1]);
  expect(seqs(heard.held)).toEqual([3, 2]);
  const resumed = reduce(heard, { kind: "paused", isPaused: false });
  expect(seqs(resumed.events)).toEqual([3, 2, 1]);
  expect(resumed.held).toEqual([]);
});
