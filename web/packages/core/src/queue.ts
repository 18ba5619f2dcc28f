/**
 * Events that wait to be sent: in the store, so that they outlive the page, each under a key of its own.
 *
 * Keys sort by time. Several pages may have the same store open: each sends what it added itself, and takes over what
 * others have left lying; the same event sent by two of them has one id and counts once.
 */

import type { Platform } from "./platform";

/** What one workspace's events may take of the storage, which the site shares with us ... */
export const MAX_STORED = 1000;
export const MAX_STORED_CHARS = 1_000_000;
/** ... and of the page's memory, for what comes faster than it goes. */
export const MAX_EVENTS = 10_000;
export const MAX_CHARS = 8_000_000;
export const LEFT_LYING_MS = 5000;
const PREFIX = "headwater:q:";
const STAMP = 9;

export interface Waiting {
  key: string;
  text: string;
  /** Another page's: whoever sends it takes it out of the store. */
  found?: boolean;
}

export interface Queue {
  add(text: string): void;
  /** Takes over what other pages have left lying for some seconds. */
  adopt(): void;
  /** The oldest ones, in order: at most so many, and at most so many bytes together (but always one). */
  take(count: number, bytes: number, except?: ReadonlySet<string>): Waiting[];
  remove(items: Waiting[]): void;
  clear(): void;
  size(): number;
}

export function createQueue(
  platform: Pick<Platform, "store" | "now" | "random">,
  token: string,
  onDropped: () => void,
): Queue {
  const { store, now } = platform;
  const mine = `${PREFIX}${token}:`;
  const owner = Math.floor(platform.random() * 36 ** 5).toString(36);
  let waiting: Waiting[] = [];
  let chars = 0;
  let last = 0;

  const stamp = (time: number) => Math.floor(time).toString(36).padStart(STAMP, "0");

  function hold(items: Waiting[]) {
    waiting = items;
    chars = items.reduce((sum, item) => sum + item.text.length, 0);
  }

  function remove(items: Waiting[]) {
    const gone = new Set(items.map((item) => item.key));
    hold(waiting.filter((item) => !gone.has(item.key)));
    gone.forEach((key) => store.remove(key));
  }

  /** Drops the oldest ones until the rest may stay. */
  function bound() {
    let left = waiting.length;
    let leftChars = chars;
    for (const item of waiting) {
      if (left <= MAX_EVENTS && leftChars <= MAX_CHARS) break;
      left--;
      leftChars -= item.text.length;
    }
    if (left < waiting.length) {
      remove(waiting.slice(0, waiting.length - left));
      onDropped();
    }
  }

  return {
    add(text) {
      // Two events of one millisecond keep their order, too.
      last = Math.max(now(), last + 1);
      const item = { key: mine + stamp(last) + owner, text };
      waiting.push(item);
      chars += text.length;
      if (waiting.length <= MAX_STORED && chars <= MAX_STORED_CHARS) store.set(item.key, text);
      bound();
    },
    adopt() {
      const found = [...waiting];
      const known = new Set(waiting.map((item) => item.key));
      const before = mine + stamp(now() - LEFT_LYING_MS);
      for (const key of store.keys()) {
        const text = key.startsWith(mine) && key < before && !known.has(key) && store.get(key);
        if (text) found.push({ key, text, found: true });
      }
      hold(found.sort((one, other) => (one.key < other.key ? -1 : 1)));
      bound();
    },
    take(count, bytes, except) {
      hold(waiting.filter((item) => !item.found || store.get(item.key)));
      const taken: Waiting[] = [];
      for (const item of waiting) {
        if (except?.has(item.key)) continue;
        bytes -= sizeBytes(item.text) + 1;
        if (taken.length && (bytes < 0 || taken.length >= count)) break;
        taken.push(item);
      }
      return taken;
    },
    remove,
    clear: () => remove(waiting),
    size: () => waiting.length,
  };
}

/** UTF-8, never less than it is: three bytes for whatever is not ASCII (a pair of surrogates has four, not six). */
export function sizeBytes(text: string): number {
  // eslint-disable-next-line no-control-regex
  return text.length + 2 * (text.match(/[^\x00-\x7f]/g) || []).length;
}
