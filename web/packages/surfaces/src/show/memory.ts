/** What the browser keeps of a person: which content they have seen when, what they dismissed, which forms they answered. */

import type { Frequency } from "../model";

const DAY_MS = 86_400_000;
const MOST_TIMES = 50;
const MOST_ITEMS = 300;

interface Kept {
  /** By contentId: when it was seen, in milliseconds since 1970, the oldest first. */
  seen: Record<string, number[]>;
  /** By contentId, and by form id: when. */
  dismissed: Record<string, number>;
  answered: Record<string, number>;
}

interface Store {
  get(key: string): string | null;
  set(key: string, text: string): unknown;
}

/** The memory of one person. What other windows of theirs write is read each time. */
export function memoryOf(store: Store, token: string, person: string, now: () => number) {
  const key = `headwater:shown:${token}:${person}`;
  const change = (what: (kept: Kept) => void) => {
    const kept = read(store.get(key));
    what(kept);
    kept.seen = newest(kept.seen, (times) => times[times.length - 1] ?? 0);
    kept.dismissed = newest(kept.dismissed, Number);
    kept.answered = newest(kept.answered, Number);
    store.set(key, JSON.stringify(kept));
  };
  return {
    see: (contentId: string) =>
      change(({ seen }) => (seen[contentId] = [...(seen[contentId] ?? []), now()].slice(-MOST_TIMES))),
    dismiss: (contentId: string) => change(({ dismissed }) => (dismissed[contentId] = now())),
    answer: (formId: string) => change(({ answered }) => (answered[formId] = now())),
    hasAnswered: (formId: string) => read(store.get(key)).answered[formId] !== undefined,
    /** By what it has been shown often enough; undefined when it has not. */
    enough(contentId: string, frequency: Frequency | undefined): string | undefined {
      const { seen, dismissed } = read(store.get(key));
      const times = seen[contentId] ?? [];
      if (frequency?.kind === "once" && times.length) return "once";
      if (frequency?.kind === "untilDismissed" && dismissed[contentId]) return "dismissed";
      if (frequency?.kind !== "times") return undefined;
      const lately = times.filter((each) => each > now() - frequency.days * DAY_MS).length;
      return lately >= frequency.times ? "times" : undefined;
    },
  };
}

export type Memory = ReturnType<typeof memoryOf>;

/** Whatever stands there: the page shares the storage with us. */
function read(text: string | null): Kept {
  let found: Partial<Kept> | null = null;
  try {
    found = JSON.parse(text ?? "null") as Partial<Kept> | null;
  } catch {
    // somebody else wrote there
  }
  const part = <Value>(value: unknown, is: (each: unknown) => boolean): Record<string, Value> => {
    const all = Object.entries(typeof value === "object" && value ? value : {});
    return Object.fromEntries(all.filter(([, each]) => is(each))) as Record<string, Value>;
  };
  return {
    seen: part<number[]>(found?.seen, (each) => Array.isArray(each) && each.every(Number.isFinite)),
    dismissed: part<number>(found?.dismissed, Number.isFinite),
    answered: part<number>(found?.answered, Number.isFinite),
  };
}

function newest<Value>(all: Record<string, Value>, at: (value: Value) => number): Record<string, Value> {
  const entries = Object.entries(all);
  if (entries.length <= MOST_ITEMS) return all;
  return Object.fromEntries(entries.sort((one, other) => at(other[1]) - at(one[1])).slice(0, MOST_ITEMS));
}
