/** "just now", "12 s ago", "5 min ago", "2 days ago"; of what is to come "in 5 min". Both in milliseconds since 1970. */
export function ago(thenMs: number, nowMs: number): string {
  const seconds = Math.floor((nowMs - thenMs) / 1000);
  if (!Number.isFinite(seconds)) return "at an unknown time";
  // The clocks of server and reader differ a little, so that what has just been may seem to lie ahead.
  if (Math.abs(seconds) < 5) return "just now";
  return seconds > 0 ? `${span(seconds)} ago` : `in ${span(-seconds)}`;
}

/** When something comes that is still to come: "in 5 min", "in a moment"; null when its time is over. */
export function ahead(thenMs: number, nowMs: number): string | null {
  const seconds = Math.ceil((thenMs - nowMs) / 1000);
  if (!(seconds > 0)) return null;
  return seconds < 3 ? "in a moment" : `in ${span(seconds)}`;
}

function span(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? "1 day" : `${days} days`;
}

/** The wall clock of the reader to the millisecond: `14:03:07.120`. */
export function clockTime(iso: string): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  const ms = String(moment.getMilliseconds()).padStart(3, "0");
  return `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}.${ms}`;
}

/** Of today `14:03:07.120`, of another day `2026-11-20 14:03`, both by the reader's clock. */
export function logTime(iso: string, nowMs: number): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  if (moment.toDateString() === new Date(nowMs).toDateString()) return clockTime(iso);
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

const two = (part: number) => String(part).padStart(2, "0");
