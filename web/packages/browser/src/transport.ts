/** Requests that need no preflight, carry no cookie, and may outlive their page when they are small enough. */

import type { Answer } from "@headwater/core";

/** Browsers refuse to keep more than 64 KiB alive. */
const KEPT_ALIVE_CHARS = 60_000;
const PATIENCE_MS = 30_000;
const PATIENCE_TO_READ_MS = 8_000;
const NO_ANSWER: Answer = { status: 0 };

export function post(url: string, body: string): Promise<Answer> {
  const keepalive = body.length < KEPT_ALIVE_CHARS;
  const headers = { "content-type": "text/plain;charset=UTF-8" };
  return ask(url, { method: "POST", body, keepalive, headers }, PATIENCE_MS);
}

export function get(url: string): Promise<Answer> {
  return ask(url, {}, PATIENCE_TO_READ_MS);
}

export function beacon(url: string, body: string): boolean {
  try {
    return navigator.sendBeacon(url, body);
  } catch {
    return false;
  }
}

async function ask(url: string, options: RequestInit, patienceMs: number): Promise<Answer> {
  let timer: number | undefined;
  try {
    const abort = new AbortController();
    timer = setTimeout(() => abort.abort(), patienceMs);
    const answer = await fetch(url, { ...options, credentials: "omit", signal: abort.signal });
    const body: unknown = await answer.json().catch(() => undefined);
    return { status: answer.status, retryAfterS: Number(answer.headers.get("retry-after")) || 0, body };
  } catch {
    return NO_ANSWER;
  } finally {
    clearTimeout(timer);
  }
}
