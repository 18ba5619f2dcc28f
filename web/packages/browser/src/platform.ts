/** The browser, as the core wants it. */

import type { Platform, RendererModule } from "@headwater/core";
import { authorCode, keepCode } from "./author";
import { contextOf } from "./context";
import { address } from "./routes";
import { holdRoom, ROOMS } from "./room";
import { openStore } from "./storage";
import { beacon, get, post } from "./transport";
import { uuid } from "./uuid";

declare const HEADWATER_VERSION: string;

export function browserPlatform(): Platform {
  const sdk = { name: "@headwater/browser", version: HEADWATER_VERSION };
  keepCode();
  const opened = openStore();
  return {
    ...opened,
    ready: () => holdRoom(opened.store.get(ROOMS), address()),
    sdk,
    now: Date.now,
    random: Math.random,
    uuid,
    later: (action, delayMs) => setTimeout(action, delayMs),
    cancel: (timer) => clearTimeout(timer as number | undefined),
    post,
    get,
    beacon,
    context: () => contextOf(sdk),
    address,
    get author() {
      return authorCode();
    },
    load: (folder) =>
      import(/* @vite-ignore */ /* webpackIgnore: true */ `${folder}${authorCode() ? "author" : "surfaces"}.js`) as Promise<RendererModule>,
    title: () => document.title,
    tell: (name, detail) => void dispatchEvent(new CustomEvent(name, { detail })),
    warn: (sentence) => console.warn(`headwater: ${sentence.replace(/\.?$/, ".")}`),
  };
}
