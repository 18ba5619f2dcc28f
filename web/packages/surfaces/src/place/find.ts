/** Which element of the page a placement means: its selectors vote, and its text settles a tie. */

import type { Placement } from "../model";

/** Ours: the element that content stands in. */
export const HOST_CLASS = "headwater-content";

const MOST_MATCHES = 100;

type Root = Document | ShadowRoot;

/**
 * Each selector has one vote, shared by the elements that it matches. One that is not found in the page itself is looked
 * for in its open shadow roots. Invalid selectors have no vote.
 */
export function find({ selectors = [], text }: Placement): Element | null {
  const votes = new Map<Element, number>();
  for (const selector of selectors) {
    const matched = matching(selector).filter((element) => !element.closest(`.${HOST_CLASS}`));
    for (const element of matched) votes.set(element, (votes.get(element) ?? 0) + 1 / matched.length);
  }
  let best: Element | null = null;
  for (const [element, count] of votes) {
    const most = best ? votes.get(best)! : 0;
    if (count > most + 1e-9 || (best && text && count > most - 1e-9 && !says(best, text) && says(element, text))) best = element;
  }
  return best;
}

/** Whether a selector, as one of a placement, means this element. */
export function means(selector: string, element: Element): boolean {
  try {
    return element.matches(selector);
  } catch {
    return false;
  }
}

/** The open shadow roots of the page, those within others too. */
export function shadowRoots(root: Root = document): ShadowRoot[] {
  const found: ShadowRoot[] = [];
  for (const element of root.querySelectorAll("*")) {
    const inner = element.shadowRoot;
    if (inner && !element.classList.contains(HOST_CLASS)) found.push(inner, ...shadowRoots(inner));
  }
  return found;
}

function matching(selector: string): Element[] {
  const here = inside(document, selector);
  return here.length ? here : shadowRoots().flatMap((root) => inside(root, selector));
}

function inside(root: Root, selector: string): Element[] {
  try {
    return Array.from(root.querySelectorAll(selector)).slice(0, MOST_MATCHES);
  } catch {
    return [];
  }
}

/** Blanks aside: which there are between elements is a matter of how they are laid out. */
function says(element: Element, text: string): boolean {
  return squeezed(element.textContent) === squeezed(text);
}

function squeezed(text: string | null): string {
  return (text ?? "").replace(/\s+/g, "");
}
