/** The list of the debugger: newest first, bounded, each event once, however often and in what order it is heard. */

import type { DebugEvent } from "../../api/types";

export const SHOWN_EVENTS = 500;

/** A twin of a message is a line of its own: same id, another moment or another fate. */
export function keyOf(event: DebugEvent): string {
  return `${event.messageId} ${event.receivedAt} ${event.fate}`;
}

/** `incoming` merged into `current`; what is heard again replaces what was known of it. */
export function merge(current: DebugEvent[], incoming: DebugEvent[], limit = SHOWN_EVENTS): DebugEvent[] {
  const byKey = new Map<string, DebugEvent>();
  for (const event of [...incoming, ...current]) {
    const key = keyOf(event);
    if (!byKey.has(key)) byKey.set(key, event);
  }
  // Sorting is stable: of one moment, what was heard last stands first.
  return [...byKey.values()].sort((a, b) => compare(b.receivedAt, a.receivedAt)).slice(0, limit);
}

/** Those of which every word of the search occurs somewhere in the event, whatever its case. */
export function search(events: DebugEvent[], text: string): DebugEvent[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return events;
  return events.filter((event) => {
    const whole = JSON.stringify(event).toLowerCase();
    return words.every((word) => whole.includes(word));
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
