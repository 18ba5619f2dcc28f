/** Errors of ours end here: the page never meets them, and the console hears of each kind once. */

import type { Platform } from "./platform";

export interface Console {
  /** Says a sentence, unless one of this kind was said already. */
  say(kind: string, sentence: string): void;
  /** Runs what must not throw; gives nothing when it did. */
  guard<Result>(action: () => Result): Result | undefined;
}

export function createConsole(platform: Pick<Platform, "warn">): Console {
  const said = new Set<string>();
  const say = (kind: string, sentence: string) => {
    if (!said.has(kind)) {
      said.add(kind);
      platform.warn(sentence);
    }
  };
  return {
    say,
    guard(action) {
      try {
        return action();
      } catch (error) {
        say("fault", `a call failed and was left out: ${String(error)}`);
        return undefined;
      }
    },
  };
}
