/** The globals of the compatibility doors. The reference page is made from this file, too. */

import type { Headwater, Options, Properties, ProviderProps, Traits, UserId } from "@headwater/core";

export interface CanduGlobal {
  /** Starts the SDK, or tells it that the user has changed. */
  init(options: Options): void;
  /** What sends events of the user: `identify`, `track`, `page`, `screen` and `group`, as of `window.headwater`. */
  getEventing(): Pick<Headwater, "identify" | "track" | "page" | "screen" | "group">;
  /** Says what the user did. */
  track(eventName: string, properties?: Properties): void;
  /** Shows a content by its slug, if it is for this user. */
  renderContent(slug: string): void;
  /** The ids of the segments that the user is in. */
  getMembership(): Promise<string[]>;
  /** What the SDK was started with, or `null` before `init`. */
  readonly providerProps: ProviderProps | null;
  /** The version of the SDK. */
  readonly version: string;
}

export interface ProduktlyGlobal {
  /** Says who the user is, and what is known of them. `hash` is the id's signature, as text or as `{hash}`. */
  identifyUser(userId: UserId, metadata?: Traits, hash?: string | { hash?: string }): void;
  /** Says in the console that there are no tours yet, and does nothing. */
  startTour(tour?: { tourId: UserId }): void;
  /** The version of the SDK. */
  readonly version: string;
}
