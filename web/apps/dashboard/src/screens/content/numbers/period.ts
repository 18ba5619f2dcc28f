/** Days as fields of dates have them, and the moments of the API that they stand for. */

export type Days = { from: string; to: string };

const DAY_MS = 86_400_000;
export const DEFAULT_DAYS = 30;

/** The last so many days, today with them; days are of UTC, as those of the series are. */
export function lastDays(count: number, nowMs: number): Days {
  return { from: dayOf(nowMs - (count - 1) * DAY_MS), to: dayOf(nowMs) };
}

/** From the first day's beginning to the last one's end; null where a day is missing or they stand the wrong way round. */
export function momentsOf({ from, to }: Days): { from: string; to: string } | null {
  const [start, end] = [Date.parse(`${from}T00:00:00Z`), Date.parse(`${to}T00:00:00Z`)];
  if (Number.isNaN(start) || Number.isNaN(end) || end < start) return null;
  return { from: new Date(start).toISOString(), to: new Date(end + DAY_MS).toISOString() };
}

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** `0.1234` as `12.3 %`. */
export const percent = (rate: number): string => `${(rate * 100).toFixed(rate > 0 && rate < 0.1 ? 1 : 0)} %`;

export const count = (value: number): string => value.toLocaleString("en");

/** Of hours, in the unit that reads best. */
export function lasting(hours: number): string {
  if (hours < 1) return `${Math.max(1, Math.round(hours * 60))} min`;
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}
