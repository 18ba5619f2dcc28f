/** The browser, as the core wants it. */

import type { Platform } from "@headwater/core";
import { contextOf } from "./context";
import { openStore } from "./storage";
import { beacon, get, post } from "./transport";
import { uuid } from "./uuid";

declare const HEADWATER_VERSION: string;

export function browserPlatform(): Platform {
  const sdk = { name: "@headwater/browser", version: HEADWATER_VERSION };
  return {
    ...openStore(),
    sdk,
    now: Date.now,
    random: Math.random,
    uuid,
    later: (action, delayMs) => window.setTimeout(action, delayMs),
    cancel: (timer) => window.clearTimeout(timer as number | undefined),
    post,
    get,
    beacon,
    context: () => contextOf(sdk),
    title: () => document.title,
    tell: (name, detail) => void window.dispatchEvent(new CustomEvent(name, { detail })),
    warn: (sentence) => console.warn(`headwater: ${sentence}.`),
  };
}
