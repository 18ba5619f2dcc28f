/** How long to wait before something is tried again: later and later, somewhat spread, and not before the server says. */

import type { Answer, Platform } from "./platform";

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
const LONGEST_ASKED_S = 3600;

/** `failures`: those before this one. */
export function waitMs({ random }: Pick<Platform, "random">, failures: number, { retryAfterS = 0 }: Answer): number {
  const longest = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS);
  return Math.max(longest * (0.5 + random() / 2), Math.min(retryAfterS, LONGEST_ASKED_S) * 1000);
}

/** Whether the same request may be answered otherwise later. */
export function passes({ status }: Answer): boolean {
  return status < 400 || status >= 500 || status === 429;
}
