/** Which segments the user is in, and what they may be shown: asked of the server, or what it said last for the same user. */

import type { Answer, Platform } from "./platform";
import { passes } from "./wait";

export interface Person {
  userId: string | undefined;
  anonymousId: string;
  hmac: string | undefined;
}

/** Where and when something shows, as far as it decides whether the renderer is needed. */
export interface Candidate {
  placements: { pages?: string; trigger?: { on: string } }[];
}

export interface Bootstrap {
  segments: string[];
  experiences: Candidate[];
}

export const NOTHING: Bootstrap = { segments: [], experiences: [] };

/** `failed` is called when the server may answer later what it did not answer now. */
export async function bootstrap(
  platform: Platform,
  host: string,
  token: string,
  person: Person,
  failed?: (answer: Answer) => void,
): Promise<Bootstrap> {
  const whose = nameOf(person);
  const key = `headwater:bootstrap:${token}`;
  const { userId, anonymousId, hmac } = person;
  let url = `${host}/api/bootstrap?token=${encodeURIComponent(token)}`;
  for (const [name, value] of Object.entries({ userId, anonymousId, hmac })) {
    if (value) url += `&${name}=${encodeURIComponent(value)}`;
  }
  const answer = await platform.get(url);
  if (answer.status === 200 && isBootstrap(answer.body)) {
    platform.store.set(key, JSON.stringify([whose, answer.body]));
    return answer.body;
  }
  if (failed && passes(answer)) failed(answer);
  return kept(platform.store.get(key), whose);
}

export function nameOf({ userId, anonymousId }: Person): string {
  return userId === undefined ? anonymousId : `user ${userId}`;
}

function kept(text: string | null, whose: string): Bootstrap {
  try {
    const [owner, last] = JSON.parse(text || "[]") as [string?, unknown?];
    return owner === whose && isBootstrap(last) ? last : NOTHING;
  } catch {
    return NOTHING; // somebody else wrote there
  }
}

function isBootstrap(body: unknown): body is Bootstrap {
  const { segments, experiences } = (body || {}) as Partial<Bootstrap>;
  return Array.isArray(segments) && Array.isArray(experiences);
}
