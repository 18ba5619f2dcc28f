/** Reading the accounting: sums, what is not told yet, and in words whether it closes. */

import type { Accounting, ReaderAccount, SourceAccount } from "../../api/types";

export type Account = Omit<SourceAccount, "sourceId">;

/** How long figures that do not add up may stand still before they are called open instead of in flight. */
export const STANDSTILL_MS = 10_000;

const numbers = new Intl.NumberFormat("en");
export const figure = (count: number) => numbers.format(count);
export const events = (count: number) => (count === 1 ? "1 event" : `${figure(count)} events`);

export const total = (byReason: Record<string, number>) =>
  Object.values(byReason).reduce((sum, count) => sum + count, 0);

export function sumOf(accounts: Account[]): Account {
  const sum: Account = { accepted: 0, duplicate: 0, dropped: {}, parked: {}, clean: 0 };
  for (const each of accounts) {
    sum.accepted += each.accepted;
    sum.duplicate += each.duplicate;
    sum.clean += each.clean;
    add(sum.dropped, each.dropped);
    add(sum.parked, each.parked);
  }
  return sum;
}

function add(sum: Record<string, number>, more: Record<string, number>): void {
  for (const [reason, count] of Object.entries(more)) sum[reason] = (sum[reason] ?? 0) + count;
}

const decided = (each: Account) => each.duplicate + total(each.dropped) + total(each.parked) + each.clean;
const told = (each: ReaderAccount) => each.done + each.pending + each.dead + each.skipped;

/** Accepted events whose fate is not told. Below zero: their fate was read a moment after they were. */
export const undecided = (each: Account) => each.accepted - decided(each);

/** What the sums differ by, whichever way, each source and each reader by itself. */
export function difference({ sources, readers }: Accounting): number {
  return [...sources.map(undecided), ...readers.map((each) => each.clean - told(each))].reduce(
    (sum, gap) => sum + Math.abs(gap),
    0,
  );
}

/**
 * How many fates too many are told. The terms of one answer are a moment apart, so that an earlier answer is held
 * against a later one: what had a fate then must be accepted by now.
 */
export function surplus(before: Accounting, now: Accounting): number {
  const accepted = new Map(now.sources.map((each) => [each.sourceId, each.accepted]));
  const clean = new Map(now.readers.map((each) => [each.reader, each.clean]));
  const over = [
    ...before.sources.map((each) => decided(each) - (accepted.get(each.sourceId) ?? Infinity)),
    ...before.readers.map((each) => told(each) - (clean.get(each.reader) ?? Infinity)),
  ];
  return over.reduce((sum, each) => sum + Math.max(0, each), 0);
}

/** `kind` is what a screen reader is told when it changes; the words also hold the figures, which change often. */
export type Verdict = { kind: "empty" | "closed" | "moving" | "open"; words: string };

/** `before` is the last answer with other figures, `stillMs` how long the figures have been as they are. */
export function verdictOf(now: Accounting, before: Accounting | undefined, stillMs: number): Verdict {
  const over = before ? surplus(before, now) : 0;
  if (over > 0) {
    return { kind: "open", words: `The accounting does not close: ${events(over)} more have a fate than were accepted.` };
  }
  const gap = difference(now);
  if (gap > 0 && stillMs >= STANDSTILL_MS) {
    const words = `The accounting does not close: the sums differ by ${events(gap)}, and no figure has moved for `;
    return { kind: "open", words: `${words}${Math.floor(stillMs / 1000)} s.` };
  }
  if (gap > 0) return { kind: "moving", words: `In flight: the sums still differ by ${events(gap)}.` };
  if (now.sources.length === 0) return { kind: "empty", words: "Nothing has been accepted yet." };
  const waiting = now.readers.filter(({ pending }) => pending > 0);
  if (waiting.length > 0) {
    const where = waiting.map(({ reader, pending }) => `${figure(pending)} to ${reader}`).join(", ");
    return { kind: "moving", words: `The accounting closes; clean events are in flight: ${where}.` };
  }
  return { kind: "closed", words: "The accounting closes: every accepted event is accounted for." };
}

/** `9 accepted = 2 duplicate + 1 dropped + 0 parked + 6 clean` */
export function equationOf(sum: Account): string {
  const parts = [
    `${figure(sum.duplicate)} duplicate`,
    `${figure(total(sum.dropped))} dropped`,
    `${figure(total(sum.parked))} parked`,
    `${figure(sum.clean)} clean`,
  ];
  const gap = undecided(sum);
  const rest = gap === 0 ? "" : gap > 0 ? ` + ${figure(gap)} not told yet` : ` − ${figure(-gap)} read too early`;
  return `${figure(sum.accepted)} accepted = ${parts.join(" + ")}${rest}`;
}

export function readerEquationOf(each: ReaderAccount): string {
  const { done, pending, dead, skipped } = each;
  const parts = Object.entries({ done, pending, dead, skipped }).map(([word, count]) => `${figure(count)} ${word}`);
  return `${each.reader}: ${figure(each.clean)} clean = ${parts.join(" + ")}`;
}
