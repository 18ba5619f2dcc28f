/**
 * From one element of the page to the next, for whoever has no pointer: what is drawn, in the document's order. The open
 * shadow roots of the page's components are entered and left by going in and out.
 */

import { HOST_CLASS } from "../place/find";

export const OURS = "headwater-author";

const NEVER = new Set(["script", "style", "template", "noscript", "link", "meta", "title", "head", "br", "wbr", "source", "track", OURS]);
const NEVER_IN = `svg *, select *, .${HOST_CLASS}, .${HOST_CLASS} *, ${OURS}`;

export type Way = "next" | "previous" | "down" | "up" | "in" | "out" | "first";

/** The element that one gets to from this one; this one again at the page's ends. */
export function go(from: Element | null, way: Way): Element | null {
  if (!from || !from.isConnected || way === "first") return first() ?? null;
  return WAYS[way](from) ?? from;
}

/** Whether something can be placed at the element: it is drawn, and no part of ours. */
export function canBeChosen(element: Element): boolean {
  if (NEVER.has(element.localName) || element === document.body || !isInBody(element)) return false;
  return !element.matches(NEVER_IN) && element.checkVisibility();
}

function isInBody(element: Element): boolean {
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? isInBody(root.host) : document.body.contains(element);
}

/** What is around it, out of its shadow root too. */
export function around(element: Element): Element | null {
  const root = element.getRootNode();
  return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}

/** The shadow root of a component of the page, if it lets one look in. */
export function insideOf(element: Element): ShadowRoot | null {
  return element.localName === OURS || element.classList.contains(HOST_CLASS) ? null : element.shadowRoot;
}

/** The element itself, or the nearest around it that can be chosen. */
export function nearest(element: Element | null): Element | null {
  for (let at = element; at; at = around(at)) if (canBeChosen(at)) return at;
  return null;
}

const WAYS: Record<Exclude<Way, "first">, (from: Element) => Element | undefined> = {
  next: (from) => after(from, true),
  previous: before,
  down: (from) => after(from, false),
  up: (from) => kin(from).reverse().find((each) => canBeChosen(each)) ?? outer(from),
  in: (from) => [...(insideOf(from)?.children ?? []), ...from.children].find(canBeChosen),
  out: outer,
};

function first(): Element | undefined {
  const main = document.querySelector("main");
  return (main && after(main, true)) ?? after(document.body, true);
}

/** The next in the document's order; without what is inside of `from` unless `deep`. */
function after(from: Element, deep: boolean): Element | undefined {
  const walker = walk(from);
  if (!deep) {
    for (let at: Element | null = from; at && at !== document.body; at = at.parentElement) {
      for (let next = at.nextElementSibling; next; next = next.nextElementSibling) if (canBeChosen(next)) return next;
    }
    return undefined;
  }
  return walker.nextNode() as Element | null ?? undefined;
}

function before(from: Element): Element | undefined {
  return walk(from).previousNode() as Element | null ?? undefined;
}

function walk(from: Element): TreeWalker {
  const root = from.getRootNode();
  const walker = document.createTreeWalker(root instanceof ShadowRoot ? root : document.body, NodeFilter.SHOW_ELEMENT, (node) =>
    canBeChosen(node as Element) ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_SKIP,
  );
  walker.currentNode = from;
  return walker;
}

function kin(from: Element): Element[] {
  const all = [...(from.parentNode?.children ?? [])];
  return all.slice(0, all.indexOf(from));
}

function outer(from: Element): Element | undefined {
  return nearest(around(from)) ?? undefined;
}
