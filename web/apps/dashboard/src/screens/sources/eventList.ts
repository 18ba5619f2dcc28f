/** The list of the debugger: newest first, bounded, each event once, however often and in what order it is heard. */

import type { DebugEvent } from "../../api/types";
import { written } from "../../words/exact";

export const SHOWN_EVENTS = 500;

/** `incoming` merged into `current`, by time of receipt; what is heard again replaces what was known of it. */
export function merge(current: DebugEvent[], incoming: DebugEvent[], limit = SHOWN_EVENTS): DebugEvent[] {
  const bySeq = new Map([...current, ...incoming].map((event) => [event.seq, event]));
  return [...bySeq.values()].sort(newestFirst).slice(0, limit);
}

/** A refused event is written down a little later than those that were taken: its `seq` says less than its time. */
function newestFirst(a: DebugEvent, b: DebugEvent): number {
  return b.receivedAt.localeCompare(a.receivedAt) || b.seq - a.seq;
}

/** Those of which every word of the search occurs somewhere in the event, whatever its case. */
export function search(events: DebugEvent[], text: string): DebugEvent[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return events;
  return events.filter((event) => {
    const whole = written(event).toLowerCase();
    return words.every((word) => whole.includes(word));
  });
}
