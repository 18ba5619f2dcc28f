import { describe, expect, test } from "vitest";
import type { Accounting } from "../../api/types";
import { equationOf, STANDSTILL_MS, sumOf, undecided, verdictOf } from "./books";

const web = { sourceId: "web", accepted: 9, duplicate: 2, dropped: { source_disabled: 1 }, parked: {}, clean: 6 };
const warehouse = { reader: "warehouse", clean: 6, done: 6, pending: 0, dead: 0, skipped: 0 };
const closed: Accounting = { sources: [web], readers: [warehouse] };

function changed(source: Partial<typeof web>, reader: Partial<typeof warehouse> = {}): Accounting {
  return { sources: [{ ...web, ...source }], readers: [{ ...warehouse, ...reader }] };
}

test("a sum adds reasons one by one", () => {
  const other = { ...web, dropped: { suppressed: 2, source_disabled: 1 }, parked: { unreadable: 1 } };
  expect(sumOf([web, other])).toEqual({
    accepted: 18,
    duplicate: 4,
    dropped: { source_disabled: 2, suppressed: 2 },
    parked: { unreadable: 1 },
    clean: 12,
  });
});

test("the equation holds, or says by how much not", () => {
  expect(equationOf(web)).toBe("9 accepted = 2 duplicate + 1 dropped + 0 parked + 6 clean");
  expect(equationOf({ ...web, accepted: 12 })).toMatch(/ \+ 3 not told yet$/);
  expect(equationOf({ ...web, accepted: 8 })).toMatch(/ − 1 read too early$/);
  expect(undecided({ ...web, accepted: 12 })).toBe(3);
});

describe("the verdict", () => {
  test("closes", () => {
    expect(verdictOf(closed, undefined, 0).kind).toBe("closed");
    expect(verdictOf({ sources: [], readers: [] }, undefined, 0).kind).toBe("empty");
  });

  test("gaps of two sources do not cancel each other", () => {
    const both = { sources: [{ ...web, accepted: 10 }, { ...web, sourceId: "app", accepted: 8 }], readers: [] };
    expect(verdictOf(both, undefined, 0).words).toBe("In flight: the sums still differ by 2 events.");
  });

  test("in flight while figures move, open once they stand still", () => {
    const open = changed({ accepted: 10 });
    expect(verdictOf(open, closed, STANDSTILL_MS - 1).kind).toBe("moving");
    expect(verdictOf(open, closed, STANDSTILL_MS)).toEqual({
      kind: "open",
      words: "The accounting does not close: the sums differ by 1 event, and no figure has moved for 10 s.",
    });
  });

  test("what a reader has still to take is in flight", () => {
    const waiting = changed({}, { done: 2, pending: 4 });
    expect(verdictOf(waiting, undefined, 0).words).toContain("in flight: 4 to warehouse");
  });

  test("more clean events done than there are", () => {
    expect(verdictOf(changed({}, { done: 7 }), undefined, STANDSTILL_MS).kind).toBe("open");
  });

  test("a fate that nobody was accepted for is no matter of moments", () => {
    const before = changed({ clean: 8 }, { clean: 8, done: 8 });
    const now = changed({ clean: 8 }, { clean: 8, done: 8 });
    expect(verdictOf(now, undefined, 0).kind).toBe("moving");
    expect(verdictOf(now, before, 0)).toEqual({
      kind: "open",
      words: "The accounting does not close: 2 events more have a fate than were accepted.",
    });
  });
});
