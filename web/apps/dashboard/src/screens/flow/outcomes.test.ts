import { expect, test } from "vitest";
import { isoFromLocal, localFromIso } from "./moments";
import { outcomeOf } from "./useRelease";

const release = (status: "RUNNING" | "FINISHED" | "FAILED", events: number, error: string | null = null) => ({
  id: "rpl",
  reader: "pipeline",
  status,
  events,
  error,
});

test("what came of a release", () => {
  expect(outcomeOf(release("FINISHED", 2), 2)).toBe("2 events released: clean now, and on to the readers.");
  expect(outcomeOf(release("FINISHED", 0), 1)).toMatch(/^0 of 1 event released\. What stopped it/);
  expect(outcomeOf(release("FAILED", 0, "the disk is full"), 1)).toContain("failed: the disk is full.");
});

test("a field's time goes out as ISO and an ISO time comes back not earlier", () => {
  expect(isoFromLocal("")).toBeNull();
  const there = isoFromLocal("2026-03-01T10:20:30")!;
  expect(there).toMatch(/Z$/);
  expect(localFromIso(there)).toBe("2026-03-01T10:20:30");
  const earliest = there.replace(".000Z", ".250Z");
  expect(localFromIso(earliest)).toBe("2026-03-01T10:20:31");
});
