/**
 * A place of our own over the page: in the top layer, in a shadow root, with styles that the page neither reaches nor feels.
 *
 * What the page opens as a modal dialog makes all else inert, and what it opens later lies above. So the shell moves into
 * the topmost of its dialogs and back, and rises again over what was opened.
 */

import { OURS } from "./walk";

export interface Shell {
  root: ShadowRoot;
  host: HTMLElement;
  /** Puts all that is marked as popover above everything else, in the order in which it stands. */
  rise(): void;
  close(): void;
}

/** What happens in the shell is nothing to the page: it would close its menus, or take the focus back. */
const KEPT = ["click", "pointerdown", "pointerup", "mousedown", "mouseup", "focusin", "focusout", "keydown", "keyup", "keypress", "input", "change"];

export function openShell(css: string): Shell {
  const host = document.createElement(OURS);
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  for (const type of KEPT) host.addEventListener(type, (event) => event.stopPropagation());

  const rise = () => {
    for (const part of root.querySelectorAll<HTMLElement>("[popover]")) {
      if (part.matches(":popover-open")) part.hidePopover();
      part.showPopover();
    }
  };
  const move = () => {
    const home = [...document.querySelectorAll("dialog:modal")].pop() ?? document.documentElement;
    if (host.parentNode === home) return;
    home.append(host);
    rise();
  };
  const onToggle = (event: Event) => {
    if (event.target !== host && (event as ToggleEvent).newState === "open") rise();
  };
  move();
  const watching = new MutationObserver(move);
  watching.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["open"] });
  document.addEventListener("toggle", onToggle, true);
  return {
    root,
    host,
    rise,
    close() {
      watching.disconnect();
      document.removeEventListener("toggle", onToggle, true);
      host.remove();
    },
  };
}
