/** Which workspace the page speaks to: the one of `?token=`, kept for this tab, else the demo's own. */

const KEPT = "basin:token";

export interface Config {
  clientToken: string | null;
  /** The names of its segments by id, as far as the server tells them. */
  segments: Record<string, string>;
}

export async function readConfig(): Promise<Config> {
  const token = given() ?? sessionStorage.getItem(KEPT);
  if (token) {
    sessionStorage.setItem(KEPT, token);
    return { clientToken: token, segments: {} };
  }
  try {
    const answer = await fetch("/demo/config.json");
    return answer.ok ? ((await answer.json()) as Config) : NOTHING;
  } catch {
    return NOTHING;
  }
}

const NOTHING: Config = { clientToken: null, segments: {} };

/** Taken out of the address, so that it stands in no event's page. */
function given(): string | null {
  const address = new URL(location.href);
  const token = address.searchParams.get("token");
  if (token !== null) {
    address.searchParams.delete("token");
    history.replaceState(history.state, "", address);
  }
  return token;
}
