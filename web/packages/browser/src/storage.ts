/** What the browser keeps for us: localStorage; a cookie for the anonymous id when there is none; else memory alone. */

import type { Platform, Store } from "@headwater/core";

const COOKIE_DAYS = 400;
const TRY = "headwater:try";
const OURS = "headwater:anonymous_id";

export function openStore(): Pick<Platform, "store" | "storage"> {
  const memory = memoryStore();
  const local = works();
  if (local) return { store: localStore(local, memory), storage: "localStorage" };
  return cookieStore(memory) || { store: memory, storage: "memory" };
}

/** The storage, if one may write to it: browsers refuse it by throwing, or are full. */
function works(): Storage | null {
  try {
    const storage = window.localStorage;
    // It was written, so one may; trying takes a weak machine milliseconds.
    if (storage.getItem(OURS)) return storage;
    storage.setItem(TRY, "1");
    storage.removeItem(TRY);
    return storage;
  } catch {
    return null;
  }
}

function localStore(storage: Storage, memory: Store): Store {
  const tried = <Result>(action: () => Result): Result | undefined => {
    try {
      return action();
    } catch {
      return undefined;
    }
  };
  return {
    get: (key) => tried(() => storage.getItem(key)) ?? memory.get(key),
    set: (key, text) => tried(() => (storage.setItem(key, text), true)) || memory.set(key, text),
    remove(key) {
      memory.remove(key);
      tried(() => storage.removeItem(key));
    },
    keys: () => tried(() => Object.keys(storage)) || [],
  };
}

function memoryStore(): Store {
  const memory = new Map<string, string>();
  return {
    get: (key) => memory.get(key) ?? null,
    set: (key, text) => (memory.set(key, text), false),
    remove: (key) => void memory.delete(key),
    keys: () => [...memory.keys()],
  };
}

/** Ids alone go to cookies: events are too large, and would travel with each request of the page. */
function cookieStore(memory: Store): Pick<Platform, "store" | "storage"> | null {
  const nameOf = (key: string) => key.replace(/\W/g, "_");
  const read = (key: string) => {
    try {
      const found = document.cookie.match(`(?:^|; )${nameOf(key)}=([^;]*)`);
      return found && decodeURIComponent(found[1]!);
    } catch {
      return null;
    }
  };
  const write = (key: string, text: string) => {
    try {
      const age = text ? COOKIE_DAYS * 86400 : 0;
      document.cookie = `${nameOf(key)}=${encodeURIComponent(text)}; path=/; max-age=${age}; SameSite=Lax`;
    } catch {
      // a page without cookies, such as a sandboxed frame
    }
  };
  write(TRY, "1");
  if (read(TRY) !== "1") return null;
  write(TRY, "");
  const isId = (key: string) => key.endsWith("_id");
  return {
    storage: "cookie",
    store: {
      ...memory,
      get: (key) => memory.get(key) ?? (isId(key) ? read(key) : null),
      set(key, text) {
        if (isId(key)) write(key, text);
        return memory.set(key, text) || isId(key);
      },
    },
  };
}
