/** What the core and a renderer of ours, which it loads when there is something to show, ask of each other. */

import type { Callback, Headwater, Options } from "./api";
import type { Said } from "./envelope";
import type { Bootstrap } from "./membership";
import type { Platform } from "./platform";

/** The page and the person, at the moment of asking: each member may be another one the next time. */
export interface Stage {
  readonly sdk: Headwater;
  readonly platform: Platform;
  /** Where headwater is. */
  readonly host: string;
  /** The client token. */
  readonly token: string;
  /** Those of `init`, and what was learnt of the user since. */
  readonly options: Options;
  /** Tells people apart, for what is kept of them in the browser. */
  readonly person: string;
  /** What may be shown to the person. */
  readonly bootstrap: Bootstrap;
  /** The names of the events that were tracked before there was a renderer. */
  readonly tracked: readonly string[];
  /** Says an event as the SDK's own calls do, also one that pages cannot name. */
  say(said: Said): void;
  /** Calls a function of the page by its name; what it throws is told in the console. */
  call(name: string, ...given: Parameters<Callback>): void;
}

export interface Renderer {
  /** Something changed: the address, the person, or what may be shown. */
  update(): void;
  /** Shows a content by its slug, whatever its placement says of when. */
  show(slug: string): void;
}

/** What `surfaces.js` exports, and `author.js` in its place while an author looks at the page. */
export interface RendererModule {
  start(stage: Stage): Renderer | Promise<Renderer>;
}
