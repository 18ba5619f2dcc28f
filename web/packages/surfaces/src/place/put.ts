/** Where our element stands beside its target, and how both are left when it goes. */

import type { Place } from "../model";

export interface Stand {
  /** What it stands in place of is hidden from now on. */
  cover(): void;
  /** Whether it still stands there. */
  holds(): boolean;
  remove(): void;
}

/** Puts the element before, after or into its target, or beside it to take its place. */
export function put(element: HTMLElement, target: Element, place: Place): Stand {
  const isBody = target === document.body;
  if (place === "inside" || (isBody && place !== "before")) target.append(element);
  else if (isBody) target.prepend(element);
  else if (place === "before") target.before(element);
  else target.after(element);
  let uncover: (() => void) | undefined;
  const parent = element.parentNode;
  return {
    cover() {
      if (place === "instead" && !isBody) uncover = uncover ?? hide(target as HTMLElement);
    },
    holds: () => element.isConnected && element.parentNode === parent && (parent === target || target.parentNode === parent),
    remove() {
      element.remove();
      uncover?.();
    },
  };
}

/** Gives what brings it back as it was. */
function hide(target: HTMLElement): () => void {
  const { style } = target;
  const isStyled = target.hasAttribute("style");
  const [before, priority] = [style.getPropertyValue("display"), style.getPropertyPriority("display")];
  style.setProperty("display", "none", "important");
  return () => {
    if (before) style.setProperty("display", before, priority);
    else style.removeProperty("display");
    // Asked for first: a browser that has not written the attribute yet would write it after it was removed.
    if (!isStyled && !target.getAttribute("style")) target.removeAttribute("style");
  };
}
