/** What is true of the page and the browser at this moment, as the envelope's context. */

const LONGEST = 2000;

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

declare const Temporal: { Now: { timeZoneId(): string } };
let zone: string | undefined;

/**
 * The first question to `Intl` loads a browser's tables, which takes a weak machine longer than a frame: so the younger
 * one is asked first, which does not.
 */
function timezone(): string | undefined {
  if (zone) return zone;
  try {
    return (zone = Temporal.Now.timeZoneId());
  } catch {
    // a browser without it
  }
  try {
    return (zone = Intl.DateTimeFormat().resolvedOptions().timeZone);
  } catch {
    return undefined;
  }
}
