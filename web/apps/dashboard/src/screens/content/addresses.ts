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

/** The address as the browser understands it; null when it is none of a page. */
export function pageAddress(text: string): string | null {
  const trimmed = text.trim();
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  try {
    const { protocol, href, hostname } = new URL(whole);
    return (protocol === "https:" || protocol === "http:") && hostname !== "" && trimmed !== "" ? href : null;
  } catch {
    return null;
  }
}
