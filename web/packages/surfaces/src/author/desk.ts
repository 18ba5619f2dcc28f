/** What the page and the studio tell each other while an author looks at the page. */

import type { ComponentEntry, Placement, Tree } from "../model";

/** Where the studio's server is, and which of its author sessions this tab belongs to. */
export interface Desk {
  host: string;
  token: string;
  code: string;
}

/** What the studio wants done here. `style` is the compiled style guide. */
export interface Assignment {
  mode: "pick" | "preview";
  content: { name: string; contentId: string; slug: string };
  document: { id: number; segmentId: string; tree: Tree } | null;
  placements: Placement[];
  style: unknown;
  components: ComponentEntry[];
}

export interface Target {
  selectors: string[];
  text: string;
  url: string;
}

export type Told = "told" | "ended" | "failed";

/** `ended`: the server knows the session no more. `failed`: it could not be asked. */
export async function assignment(desk: Desk): Promise<Assignment | Exclude<Told, "told">> {
  try {
    const answer = await fetch(address(desk), { credentials: "omit", cache: "no-store" });
    if (answer.ok) return (await answer.json()) as Assignment;
    return answer.status < 500 ? "ended" : "failed";
  } catch {
    return "failed";
  }
}

export async function tell(desk: Desk, target: Target): Promise<Told> {
  try {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(address(desk), { method: "POST", credentials: "omit", headers, body: JSON.stringify(target) });
    return answer.ok ? "told" : answer.status < 500 ? "ended" : "failed";
  } catch {
    return "failed";
  }
}

function address({ host, token, code }: Desk): string {
  return `${host}/api/author?token=${encodeURIComponent(token)}&code=${encodeURIComponent(code)}`;
}
