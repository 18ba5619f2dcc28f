/** The entry of `author.js`, which an author's page loads in place of the renderer: chooses a place, or shows a draft. */

import type { Renderer, Stage } from "@headwater/core";
import { assignment, type Assignment, type Desk, tell, type Told } from "./desk";
import { notice } from "./notice";
import { pick } from "./pick";
import { preview } from "./preview";
import { CODE, withoutCode } from "./text";

const NOTHING: Renderer = { update: () => undefined, show: () => undefined };

export async function start(stage: Stage): Promise<Renderer> {
  const desk: Desk = { host: stage.host, token: stage.token, code: stage.platform.author ?? "" };
  return begin(stage, desk, await assignment(desk));
}

function begin(stage: Stage, desk: Desk, given: Assignment | Exclude<Told, "told">): Renderer | Promise<Renderer> {
  if (given === "ended") {
    // Whoever came by an old link sees the page as everybody does from the next one on.
    leave();
    notice("This session of the studio has ended. Open the page again from there.");
    return NOTHING;
  }
  if (given === "failed") {
    notice("The studio could not be reached. Look at your connection, and load this page again.");
    return NOTHING;
  }
  if (given.mode === "preview") return preview(stage, given, leave);
  pick({ name: given.content.name, tell: (target) => tell(desk, target), onEnd: leave });
  return NOTHING;
}

/** This tab is no author's any more. */
function leave(): void {
  try {
    sessionStorage.removeItem(CODE);
  } catch {
    // no storage: the code was in the address alone
  }
  const clean = withoutCode(location.href);
  if (clean !== location.href) history.replaceState(history.state, "", clean);
}
