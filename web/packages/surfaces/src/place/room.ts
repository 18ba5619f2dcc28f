/**
 * Notes how high content was on this page, so that the next time room is held for it before it is drawn. The SDK's core
 * holds it; here it is taken over, and given back.
 */

import type { Place } from "../model";

const KEY = "headwater:rooms";
const CLASS = "headwater-room";
const MOST_PAGES = 50;
/** Components of the page, and images, take their time to be as high as they will be. */
const SETTLED_MS = 1000;
const POSITIONS: Partial<Record<Place, InsertPosition>> = { before: "beforebegin", after: "afterend", inside: "beforeend" };

export interface Placed {
  host: HTMLElement;
  target: Element;
  place: Place;
  /** Those that mean the target. */
  selectors: string[];
}

interface Store {
  get(key: string): string | null;
  set(key: string, text: string): unknown;
}

export function noteRooms(store: Store, address: string, placed: Placed[]) {
  let all: Record<string, unknown> = {};
  try {
    all = { ...(JSON.parse(store.get(KEY) ?? "{}") as object) };
  } catch {
    // somebody else wrote there
  }
  const page = `${address} ${innerWidth >> 6}`;
  const rooms = placed.flatMap(({ host, target, place, selectors }) => {
    const selector = selectors.find((each) => isFirst(each, target));
    const heightPx = Math.round(host.getBoundingClientRect().height);
    return selector && POSITIONS[place] && heightPx && target !== document.body ? [[selector, POSITIONS[place], heightPx]] : [];
  });
  if (JSON.stringify(all[page] ?? []) === JSON.stringify(rooms)) return;
  delete all[page];
  if (rooms.length) all[page] = rooms;
  store.set(KEY, JSON.stringify(Object.fromEntries(Object.entries(all).slice(-MOST_PAGES))));
}

/** The host stands there now: it takes the place of the room, and until `settle` is no lower. */
export function takeRoom(host: HTMLElement) {
  for (const room of [host.previousElementSibling, host.nextElementSibling]) {
    if (!room?.classList.contains(CLASS)) continue;
    host.style.minHeight = (room as HTMLElement).style.height;
    return room.remove();
  }
}

/** It shows: in a moment it is as high as it will be. */
export function settle(host: HTMLElement) {
  window.setTimeout(() => host.style.removeProperty("min-height"), SETTLED_MS);
}

export function giveRoomsBack() {
  document.querySelectorAll(`.${CLASS}`).forEach((room) => room.remove());
}

function isFirst(selector: string, target: Element): boolean {
  try {
    return document.querySelector(selector) === target;
  } catch {
    return false;
  }
}
