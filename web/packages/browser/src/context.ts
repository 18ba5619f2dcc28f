/** What is true of the page and the browser at this moment, as the envelope's context. */

const LONGEST = 2000;
const KEPT = "headwater:timezone";

export function contextOf(sdk: { name: string; version: string }): Record<string, unknown> {
  const { location, navigator, screen, document } = window;
  return {
    library: { name: "headwater.js", version: sdk.version },
    page: {
      path: cut(location.pathname),
      url: cut(location.href),
      title: cut(document.title),
      search: cut(location.search),
      referrer: cut(document.referrer),
    },
    screen: { width: screen.width, height: screen.height },
    userAgent: cut(navigator.userAgent),
    timezone: timezone(),
    locale: navigator.language,
    sdk,
  };
}

/** Some addresses carry whole documents. */
function cut(text: string): string {
  return text.slice(0, LONGEST);
}

let zone: string | undefined;

/**
 * The first question after it loads a browser's tables, which takes a weak machine longer than a frame: so the answer
 * is kept for the window, as long as its offset from UTC stays.
 */
function timezone(): string | undefined {
  if (zone) return zone;
  const offset = `${new Date().getTimezoneOffset()} `;
  try {
    const kept = sessionStorage.getItem(KEPT) || "";
    if (kept.startsWith(offset)) return (zone = kept.slice(offset.length));
  } catch {
    // no storage: ask
  }
  try {
    zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    sessionStorage.setItem(KEPT, offset + zone);
  } catch {
    // no Intl, or no storage
  }
  return zone;
}
