/** The token in a sign-in link's fragment (`…/sign-in#token=abc`); null when there is none. */
export function tokenFromLink(link: string): string | null {
  const hash = link.indexOf("#");
  if (hash < 0) return null;
  return new URLSearchParams(link.slice(hash + 1).trim()).get("token") || null;
}
