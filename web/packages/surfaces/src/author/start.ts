/** The entry of `author.js`, which an author's page loads in place of the renderer: chooses a place, or shows a draft. */

import type { Renderer, RendererModule, Stage } from "@headwater/core";
import { assignment, type Assignment, type Desk, tell, type Told } from "./desk";
import { notice } from "./notice";
import { pick } from "./pick";
import { preview } from "./preview";
import { CODE, withoutCode } from "./text";

/** The code that was good in this tab. Whoever follows an old link never had one. */
const GOOD = `${CODE}_good`;

const NOTHING: Renderer = { update: () => undefined, show: () => undefined };

export async function start(stage: Stage): Promise<Renderer> {
  const desk: Desk = { host: stage.host, token: stage.token, code: stage.platform.author ?? "" };
  return begin(stage, desk, await assignment(desk));
}

function begin(stage: Stage, desk: Desk, given: Assignment | Exclude<Told, "told">): Renderer | Promise<Renderer> {
  if (given === "ended") {
    const wasAuthor = stored(GOOD) === desk.code;
    leave();
    if (wasAuthor) notice("This session of the studio has ended. Open the page again from there.");
    return asForEverybody(stage);
  }
  if (given === "failed") {
    notice("The studio could not be reached. Look at your connection, and load this page again.");
    return asForEverybody(stage);
  }
  store(GOOD, desk.code);
  if (given.mode === "preview") return preview(stage, given, leave);
  pick({ name: given.content.name, tell: (target) => tell(desk, target), onEnd: leave });
  return NOTHING;
}

/** What is live shows, as it would without a code. */
async function asForEverybody(stage: Stage): Promise<Renderer> {
  const { start } = (await import(/* @vite-ignore */ `${stage.host}/sdk/latest/surfaces.js`)) as RendererModule;
  return start(stage);
}

/** This tab is no author's any more. */
function leave(): void {
  store(CODE, null);
  store(GOOD, null);
  const clean = withoutCode(location.href);
  if (clean !== location.href) history.replaceState(history.state, "", clean);
}

function stored(name: string): string | null {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

function store(name: string, value: string | null): void {
  try {
    if (value === null) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, value);
  } catch {
    // no storage: the code was in the address alone
  }
}
