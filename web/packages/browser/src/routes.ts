/** Tells when a single-page application has gone to another address. */

interface Navigation extends EventTarget {
  currentEntry: unknown;
}

export function onRoute(changed: () => void): void {
  let last = address();
  const look = () => {
    if (address() !== last) {
      last = address();
      changed();
    }
  };
  const navigation = (window as unknown as { navigation?: Navigation }).navigation;
  // The title is mostly set after the address: what follows the change at once is waited for.
  const soon = () => void setTimeout(look, 0);
  if (navigation && "currentEntry" in navigation) {
    navigation.addEventListener("currententrychange", soon);
    return;
  }
  addEventListener("popstate", soon);
  for (const name of ["pushState", "replaceState"] as const) {
    const before = history[name];
    history[name] = function (this: History, ...given) {
      before.apply(this, given);
      soon();
    };
  }
}

/** Without the fragment, unless it is a path of its own (#/inbox). */
export function address(): string {
  const { origin, pathname, search, hash } = location;
  return origin + pathname + search + (/^#!?\//.test(hash) ? hash : "");
}
