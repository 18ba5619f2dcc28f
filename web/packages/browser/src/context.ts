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

function timezone(): string | undefined {
  try {
    return Intl.DateTimeFormat().resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
