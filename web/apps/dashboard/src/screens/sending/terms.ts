/** Between the retries, pace and order of a connection as the API has them and the fields of its form. */

import type { TermsGiven } from "../../api/sending";

/** `waits` is written as `5 s, 5 min, 2 h`; `pace` empty: as usual. */
export type Terms = { retries: "usual" | "own" | "none"; waits: string; pace: string; isOrdered: boolean };
type Had = { schedule: number[] | null; perSecond: number | null; ordered: boolean };

export const USUAL: Terms = { retries: "usual", waits: "", pace: "", isOrdered: false };

export function termsOf({ schedule, perSecond, ordered }: Had): Terms {
  return {
    retries: schedule === null ? "usual" : schedule.length === 0 ? "none" : "own",
    waits: (schedule ?? []).map(span).join(", "),
    pace: perSecond === null ? "" : String(perSecond),
    isOrdered: ordered,
  };
}

export function termsProblems({ retries, waits, pace }: Terms): { waits?: string; pace?: string } {
  const found: { waits?: string; pace?: string } = {};
  if (retries === "own" && secondsOf(waits) === null) found.waits = "Give times such as 5 s, 5 min, 2 h, 1 d.";
  if (pace.trim() !== "" && !(Number(pace) > 0)) found.pace = "Give a number above 0, or nothing.";
  return found;
}

/** The call's part of the fields that were changed. The retries go together. */
export function termsGiven(changed: Partial<Terms>, all: Terms): TermsGiven {
  const given: TermsGiven = {};
  if (changed.retries !== undefined || changed.waits !== undefined)
    given.schedule = all.retries === "usual" ? null : all.retries === "none" ? [] : (secondsOf(all.waits) ?? []);
  if (changed.pace !== undefined) given.perSecond = changed.pace.trim() === "" ? null : Number(changed.pace);
  if (changed.isOrdered !== undefined) given.ordered = changed.isOrdered;
  return given;
}

const UNITS_S: Record<string, number> = { s: 1, min: 60, m: 60, h: 3600, d: 86_400 };

/** Seconds of each time; null when there is none, or one that is no time. */
export function secondsOf(text: string): number[] | null {
  const parts = text.split(/[,;\n]/).filter((part) => part.trim() !== "");
  const times = parts.map((part) => {
    const [, number, unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*(s|min|m|h|d)?\s*$/.exec(part) ?? [];
    return number === undefined ? 0 : Number(number) * (UNITS_S[unit || "s"] ?? 0);
  });
  return times.length > 0 && times.every((time) => time > 0) ? times : null;
}

/** Seconds in the largest unit that holds them whole. */
function span(seconds: number): string {
  for (const [unit, size] of [["d", 86_400], ["h", 3600], ["min", 60]] as const)
    if (seconds >= size && seconds % size === 0) return `${seconds / size} ${unit}`;
  return `${seconds} s`;
}
