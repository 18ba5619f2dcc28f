import { afterEach, expect, it, vi } from "vitest";

import { openStore } from "./storage";

afterEach(() => vi.unstubAllGlobals());

const refused = () => {
  throw new DOMException("The page may not.", "SecurityError");
};

/** A page with this storage and a jar of cookies; null: the browser refuses them. */
function page(localStorage: object | null, jar: Map<string, string> | null): void {
  const window = localStorage ? { localStorage } : Object.defineProperty({}, "localStorage", { get: refused });
  vi.stubGlobal("window", window);
  vi.stubGlobal("document", {
    get cookie() {
      return jar ? [...jar].map(([name, value]) => `${name}=${value}`).join("; ") : refused();
    },
    set cookie(text: string) {
      if (!jar) refused();
      const [, name, value] = text.match(/^(\w+)=([^;]*)/)!;
      if (text.includes("max-age=0")) jar!.delete(name!);
      else jar!.set(name!, value!);
    },
  });
}

/** A storage with room for so many keys. */
function storage(room: number): object {
  return Object.create({
    getItem(this: Record<string, string>, key: string) {
      return this[key] ?? null;
    },
    setItem(this: Record<string, string>, key: string, text: string) {
      if (!(key in this) && Object.keys(this).length >= room) refused();
      this[key] = text;
    },
    removeItem(this: Record<string, string>, key: string) {
      delete this[key];
    },
  }) as object;
}

it("keeps things in the storage, and leaves no trace of having tried", () => {
  const kept = storage(10);
  page(kept, new Map());
  const { store, storage: where } = openStore();
  expect(where).toBe("localStorage");
  expect(kept).toEqual({});
  expect([store.set("a", "1"), store.get("a"), store.keys(), store.get("b")]).toEqual([true, "1", ["a"], null]);
  store.remove("a");
  expect(store.get("a")).toBeNull();
});

it("tries nothing where the storage has our id", () => {
  const kept = Object.assign(storage(1), { "headwater:anonymous_id": "1" });
  page(kept, new Map());
  expect(openStore().storage).toBe("localStorage");
  expect(kept).toEqual({ "headwater:anonymous_id": "1" });
});

it("keeps in memory what the storage has no room for", () => {
  page(storage(1), new Map());
  const { store } = openStore();
  expect([store.set("a", "1"), store.set("b", "2")]).toEqual([true, false]);
  expect([store.get("a"), store.get("b")]).toEqual(["1", "2"]);
  store.remove("b");
  expect(store.get("b")).toBeNull();
});

it.each([null, storage(0)])("keeps ids, and nothing else, in cookies when there is no storage", (local) => {
  const jar = new Map([["theirs", "x"]]);
  page(local, jar);
  const { store, storage: where } = openStore();
  expect(where).toBe("cookie");
  expect([store.set("headwater:anonymous_id", "a=b; c"), store.set("headwater:q:x", "event")]).toEqual([true, false]);
  expect([...jar]).toEqual([
    ["theirs", "x"],
    ["headwater_anonymous_id", "a%3Db%3B%20c"],
  ]);
  expect(openStore().store.get("headwater:anonymous_id")).toBe("a=b; c");
  expect(store.get("headwater:q:x")).toBe("event");
  expect(openStore().store.get("headwater:q:x")).toBeNull();
});

it("keeps all in memory when there are no cookies, too", () => {
  page(null, null);
  const { store, storage: where } = openStore();
  expect(where).toBe("memory");
  store.set("headwater:anonymous_id", "1");
  expect([store.get("headwater:anonymous_id"), store.keys()]).toEqual(["1", ["headwater:anonymous_id"]]);
});
