/** Tells when the page's elements have changed: once a frame at most, not faster than ten times a second. */

import { shadowRoots } from "./find";

const APART_MS = 100;

export interface Watch {
  /** Looks in the next frame, whether or not something changes. */
  soon(): void;
  /** Watches for changes that these selectors could feel; for none, it rests. */
  selectors(all: readonly string[]): void;
}

export function watch(look: () => void): Watch {
  let frame = 0;
  let timer = 0;
  let last = -APART_MS;
  let watched = "";
  const roots = new Set<Node>();
  let observer: MutationObserver | undefined;

  const run = () => {
    frame = timer = 0;
    last = performance.now();
    if (observer) adopt(observer);
    look();
  };
  const soon = () => {
    if (frame || timer) return;
    const wait = last + APART_MS - performance.now();
    const draw = () => void (frame = requestAnimationFrame(run));
    if (wait <= 0) draw();
    else timer = window.setTimeout(draw, wait);
  };

  let given: MutationObserverInit = {};
  /** Shadow roots tell nothing to who watches the document. */
  const adopt = (by: MutationObserver) => {
    for (const root of [document, ...shadowRoots()]) {
      if (roots.has(root)) continue;
      roots.add(root);
      by.observe(root, given);
    }
  };

  return {
    soon,
    selectors(all) {
      const names = all.length ? attributesOf(all) : [];
      const wanted = all.length ? names.join() || "-" : "";
      if (wanted === watched) return;
      watched = wanted;
      observer?.disconnect();
      roots.clear();
      observer = wanted ? new MutationObserver(soon) : undefined;
      given = { childList: true, subtree: true, ...(names.length ? { attributes: true, attributeFilter: names } : {}) };
      if (observer) adopt(observer);
    },
  };
}

/** The attributes that selectors go by. */
export function attributesOf(selectors: readonly string[]): string[] {
  const names = new Set<string>();
  for (const selector of selectors) {
    for (const [, name] of selector.matchAll(/\[\s*([\w-]+)/g)) names.add(name!);
    const plain = selector.replace(/\[[^\]]*\]/g, "");
    if (plain.includes(".")) names.add("class");
    if (plain.includes("#")) names.add("id");
  }
  return [...names].sort();
}
