/** A place for the SDK to run in without a browser: the clock goes when told to, the server answers as planned. */

import type { Answer, Platform, Store } from "../platform";
import type { Stage } from "../stage";

export interface Sent {
  url: string;
  events: Record<string, unknown>[];
}

export interface Place extends Platform {
  posts: Sent[];
  beacons: Sent[];
  gets: string[];
  told: [string, unknown][];
  warnings: string[];
  kept: Map<string, string>;
  /** The answers to come, first to last; after them each post is answered 200. */
  answers: Answer[];
  got: Answer;
  /** Where the page is. */
  at: string;
  /** The renderer, once it has been loaded: from where, on which stage, and what it was asked to do. */
  loads: string[];
  stage: Stage | undefined;
  asked: string[];
  /** Lets so much time pass, with all that is due in it. */
  pass(ms: number): Promise<void>;
}

export const OK: Answer = { status: 200, body: { success: true } };

export function memoryStore(kept: Map<string, string> = new Map()): Store {
  return {
    get: (key) => kept.get(key) ?? null,
    set: (key, text) => (kept.set(key, text), true),
    remove: (key) => void kept.delete(key),
    keys: () => [...kept.keys()],
  };
}

export function place(kept: Map<string, string> = new Map(), start = 1_800_000_000_000): Place {
  let time = start;
  let ids = 0;
  let timers: { at: number; action: () => void; id: number }[] = [];
  const sent = (url: string, body: string): Sent => ({ url, events: JSON.parse(body) as Sent["events"] });
  const made: Place = {
    posts: [],
    beacons: [],
    gets: [],
    told: [],
    warnings: [],
    answers: [],
    got: { status: 0 },
    at: "https://app.example/home",
    loads: [],
    stage: undefined,
    asked: [],
    author: null,
    kept,
    store: memoryStore(kept),
    storage: "localStorage",
    sdk: { name: "@headwater/browser", version: "1.2.3" },
    now: () => time,
    random: () => 0.5,
    uuid: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
    later(action, delayMs) {
      timers.push({ at: time + delayMs, action, id: ++ids });
      return ids;
    },
    cancel: (timer) => {
      timers = timers.filter((each) => each.id !== timer);
    },
    async post(url, body) {
      made.posts.push(sent(url, body));
      return made.answers.shift() ?? OK;
    },
    async get(url) {
      made.gets.push(url);
      return made.got;
    },
    beacon(url, body) {
      made.beacons.push(sent(url, body));
      return true;
    },
    ready: () => undefined,
    address: () => made.at,
    async load(folder) {
      made.loads.push(folder);
      return {
        start(stage) {
          made.stage = stage;
          return { update: () => void made.asked.push("update"), show: (slug) => void made.asked.push(`show ${slug}`) };
        },
      };
    },
    context: () => ({ locale: "en" }),
    title: () => "A page",
    tell: (name, detail) => void made.told.push([name, detail]),
    warn: (sentence) => void made.warnings.push(sentence),
    async pass(ms) {
      const end = time + ms;
      for (;;) {
        await settled();
        timers.sort((one, other) => one.at - other.at);
        const next = timers[0];
        if (!next || next.at > end) break;
        timers.shift();
        time = Math.max(time, next.at);
        next.action();
      }
      time = end;
      await settled();
    },
  };
  return made;
}

/** Once every promise that can end has ended. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}
