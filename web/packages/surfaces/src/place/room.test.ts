// @vitest-environment happy-dom
import { beforeEach, expect, it } from "vitest";
import { giveRoomsBack, noteRooms, type Placed, takeRoom } from "./room";

let kept: Map<string, string>;
const store = { get: (key: string) => kept.get(key) ?? null, set: (key: string, text: string) => void kept.set(key, text) };
const noted = () => JSON.parse(kept.get("headwater:rooms") ?? "{}") as Record<string, unknown[]>;

function placed(more: Partial<Placed> = {}): Placed {
  const host = document.createElement("div");
  host.getBoundingClientRect = () => ({ height: 120.4 }) as DOMRect;
  return { host, target: document.querySelector("#b")!, place: "before", selectors: ["p", "#b"], ...more };
}

beforeEach(() => {
  kept = new Map();
  document.body.replaceChildren(...["a", "b"].map((id) => Object.assign(document.createElement("p"), { id })));
});

it("notes how high content was, by the first selector that finds its place alone", () => {
  noteRooms(store, "https://a.example/x", [placed()]);
  expect(Object.values(noted())).toEqual([[["#b", "beforebegin", 120]]]);
  expect(Object.keys(noted())[0]).toMatch(/^https:\/\/a\.example\/x \d+$/);
});

it("notes nothing of what stands instead, in the body, or where no selector leads", () => {
  const none = [placed({ place: "instead" }), placed({ target: document.body, selectors: ["body"] }), placed({ selectors: ["p", "["] })];
  noteRooms(store, "https://a.example/x", none);
  expect(noted()).toEqual({});
});

it("forgets what does not show any more, and the oldest pages", () => {
  for (let page = 0; page < 60; page++) noteRooms(store, `https://a.example/${page}`, [placed()]);
  expect(Object.keys(noted()).length).toBe(50);
  noteRooms(store, "https://a.example/59", []);
  expect(Object.keys(noted()).some((page) => page.startsWith("https://a.example/59 "))).toBe(false);
});

it.each(["{", "[]", "7", "null", '"x"'])("survives %s in the storage", (text) => {
  kept.set("headwater:rooms", text);
  noteRooms(store, "https://a.example/x", [placed()]);
  expect(Object.values(noted()).at(-1)).toEqual([["#b", "beforebegin", 120]]);
});

it("takes over the room that was held, and gives back what it does not need", () => {
  const room = () => Object.assign(document.createElement("div"), { className: "headwater-room" });
  const [first, second] = [room(), room()];
  first.style.height = "120px";
  const host = document.createElement("div");
  document.body.append(first, host, second);
  takeRoom(host);
  expect([first.isConnected, second.isConnected, host.style.minHeight]).toEqual([false, true, "120px"]);
  giveRoomsBack();
  expect(second.isConnected).toBe(false);
});
