/** Which page of the user's own one works with, kept per workspace in this browser. */

const KEY = "headwater-studio-address";

export function rememberedAddress(workspaceId: string): string {
  try {
    return localStorage.getItem(`${KEY}-${workspaceId}`) ?? "";
  } catch {
    return "";
  }
}

export function rememberAddress(workspaceId: string, address: string): void {
  try {
    localStorage.setItem(`${KEY}-${workspaceId}`, address);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
}

/** What is said of a text that is no address of a page. */
export const NO_ADDRESS =
  "This is no whole address of a page. One has a site, and begins with https:// or http://, such as https://app.example.com/orders.";

/** A host as people write it without its scheme: a name with a dot in it, an address by numbers, or this machine. */
const HOST = /^(localhost|(?:[\p{L}\p{N}-]+\.)+(?:\p{L}{2,}|xn--[a-z\d-]+|\d{1,3}|localhost)|\[[\da-f:.]+\])(?::\d{1,5})?(?=[/?#]|$)/iu;
const ON_THIS_MACHINE = /^(?:(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/**
 * The address as the browser understands it; null when it is none of a page. Without a scheme it must begin with what
 * can only be a host: of a path alone nobody can tell on which site it is.
 */
export function pageAddress(text: string): string | null {
  const trimmed = text.trim();
  const host = HOST.exec(trimmed)?.[1];
  if (!host && !/^https?:\/\/[^/?#]/i.test(trimmed)) return null;
  const scheme = !host ? "" : ON_THIS_MACHINE.test(host) ? "http://" : "https://";
  try {
    return new URL(scheme + trimmed).href;
  } catch {
    return null;
  }
}
