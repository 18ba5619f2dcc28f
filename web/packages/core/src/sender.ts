/**
 * From the queue to the server: one request at a time, so that order is kept, and again until the server has it.
 *
 * An event leaves the queue when the server has answered for it: it is on disk, or it will never be taken. Whatever
 * else happens (no answer, 429, 5xx, a proxy's page) it stays and is sent again, later and later, under the same id.
 */

import type { Console } from "./once";
import type { Answer, Platform } from "./platform";
import { type Queue, sizeBytes, type Waiting } from "./queue";
import { passes, waitMs } from "./wait";

export const BATCH_EVENTS = 100;
/** Browsers take 64 KiB of requests that may outlive their page. */
export const BATCH_BYTES = 30_000;
export const LAST_BYTES = 30_000;
export const GATHER_MS = 200;

export interface Sender {
  /** Sends soon, with what else comes until then. */
  wake(): void;
  /** Sends now, also when the next try was to be later; ends when all is sent or a try failed. */
  flush(): Promise<void>;
  /** Hands the browser what it takes at the end of a page. It stays in the queue, as nobody hears the answer. */
  last(): void;
}

interface Said {
  success?: boolean;
  rejected?: Said[];
  code?: string;
  message?: string;
}

/** `onBack` is called when the server takes events again after a try that failed. */
export function createSender(
  platform: Platform,
  queue: Queue,
  url: string,
  console: Console,
  onBack: () => void,
): Sender {
  let timer: unknown;
  let running: Promise<void> | undefined;
  let failures = 0;
  let waitUntil = 0;
  let limit = BATCH_EVENTS;
  let stopped = false;
  let underway: Waiting[] = [];

  function wake() {
    if (timer !== undefined || stopped) return;
    timer = platform.later(() => {
      timer = undefined;
      void flush();
    }, Math.max(waitUntil - platform.now(), GATHER_MS));
  }

  function flush(): Promise<void> {
    platform.cancel(timer);
    timer = undefined;
    running = running || drain().then(rest, rest).catch(() => undefined);
    return running;
  }

  function rest() {
    running = undefined;
    underway = [];
    if (queue.size()) wake();
  }

  async function drain() {
    while (!stopped) {
      underway = queue.take(limit, BATCH_BYTES);
      if (!underway.length) return;
      const answer = await platform.post(url, bodyOf(underway));
      if (!settle(answer)) return;
    }
  }

  /** True: go on with the next ones. */
  function settle(answer: Answer): boolean {
    const said = (answer.body || {}) as Said;
    // A proxy may say 200 with a page of its own: only the server itself says success.
    if (answer.status === 200 && said.success) {
      if (failures) onBack();
      failures = waitUntil = 0;
      limit = BATCH_EVENTS;
      queue.remove(underway);
      if (said.rejected?.[0]) tell(said.rejected[0]);
      return true;
    }
    if (passes(answer) || !said.code) {
      waitUntil = platform.now() + waitMs(platform, failures++, answer);
      return false;
    }
    return refused(said);
  }

  /** The server will never take this request: whatever of it is good goes by itself. */
  function refused(said: Said): boolean {
    if (said.code === "invalid_client_token") {
      tell(said);
      stopped = true;
      queue.clear();
      return false;
    }
    if (underway.length > 1) {
      limit = Math.ceil(underway.length / 2);
    } else {
      tell(said);
      queue.remove(underway);
    }
    return true;
  }

  function tell(said: Said) {
    console.say(`refused ${said.code}`, `an event was not taken (${said.code}): ${said.message}`);
  }

  return {
    wake,
    flush,
    last() {
      const items = stopped ? [] : queue.take(BATCH_EVENTS, LAST_BYTES, new Set(underway.map((item) => item.key)));
      if (items.length && sizeBytes(bodyOf(items)) < 2 * LAST_BYTES) platform.beacon(url, bodyOf(items));
    },
  };
}

function bodyOf(items: Waiting[]): string {
  return `[${items.map((item) => item.text).join(",")}]`;
}
