/** What the browser keeps for us: localStorage; a cookie for the anonymous id when there is none; else memory alone. */

import type { Platform, Store } from "@headwater/core";

const COOKIE_DAYS = 400;

export function openStore(): Pick<Platform, "store" | "storage"> {
  const memory = new Map<string, string>();
  const local = works();
  if (local) return { store: localStore(local, memory), storage: "localStorage" };
  const store = memoryStore(memory);
  return cookieStore(store) || { store, storage: "memory" };
}

/** The storage, if one may write to it: browsers refuse it by throwing, or are full. */
function works(): Storage | null {
  try {
    const storage = window.localStorage;
    storage.setItem("headwater:try", "1");
    storage.removeItem("headwater:try");
    return storage;
  } catch {
    return null;
  }
}

function localStore(storage: Storage, memory: Map<string, string>): Store {
  const tried = <Result>(action: () => Result, otherwise: Result): Result => {
    try {
      return action();
    } catch {
      return otherwise;
    }
  };
  return {
    get: (key) => tried(() => storage.getItem(key), null) ?? memory.get(key) ?? null,
    set(key, text) {
      const isKept = tried(() => (storage.setItem(key, text), true), false);
      if (!isKept) memory.set(key, text);
      return isKept;
    },
    remove(key) {
      memory.delete(key);
      tried(() => storage.removeItem(key), undefined);
    },
    keys: () => tried(() => Object.keys(storage), []),
  };
}

function memoryStore(memory: Map<string, string>): Store {
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
  write("headwater:try", "1");
  if (read("headwater:try") !== "1") return null;
  write("headwater:try", "");
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
