/** The event as it is sent: the keys and types of the envelope, version 2. */

import type { Properties, Traits } from "./api";
import type { Platform } from "./platform";

export type EventType = "Identify" | "Track" | "Page" | "Screen" | "Group" | "FormSubmission";

export interface Said {
  type: EventType;
  eventName?: string;
  pageName?: string;
  screenName?: string;
  groupId?: string;
  properties?: Properties;
  traits?: Traits;
  /** In place of what is true of the page. */
  context?: Record<string, unknown>;
}

export interface Identity {
  anonymousId: string;
  userId: string | undefined;
  hmac: string | undefined;
}

/** JSON. Throws when a value can't be written as JSON (a circle, a BigInt). */
export function envelope(platform: Platform, said: Said, { anonymousId, userId, hmac }: Identity): string {
  return JSON.stringify({
    id: platform.uuid(),
    anonymousId,
    userId,
    hmac,
    ...said,
    context: said.context || platform.context(),
    sentAt: new Date(platform.now()).toISOString(),
    version: 2,
  });
}

/** An id as text; undefined when it is none. */
export function idText(id: unknown): string | undefined {
  return (typeof id === "string" && id) || (typeof id === "number" && id === id) ? String(id) : undefined;
}
