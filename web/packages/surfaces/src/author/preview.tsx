/** A draft, drawn by the renderer itself at its places, for its author alone: nothing of it is told or remembered. */

import type { Renderer, RendererModule, Stage } from "@headwater/core";
import { render } from "preact";
import { find, HOST_CLASS } from "../place/find";
import type { Experience, Placement } from "../model";
import type { Assignment } from "./desk";
import { openShell } from "./shell";
import { CSS_TEXT } from "./style";

const LOOK_AGAIN_MS = 250;

export async function preview(stage: Stage, { content, document: draft, placements, style }: Assignment, onEnd: () => void): Promise<Renderer> {
  // It is as large as all of this, and an author who only chooses a place does without.
  const { start } = (await import(/* @vite-ignore */ `${stage.host}/sdk/latest/surfaces.js`)) as RendererModule;
  const isModal = draft?.tree.kind === "modal";
  const places: Placement[] = placements.length || !isModal ? placements : [{ id: "preview", place: "inside" }];
  const shell = openShell(CSS_TEXT);
  let at = 0;
  let isEnded = false;
  let isOnTop = false;
  /** While it is open, the browser lets nothing else be pressed. */
  let hadModal = false;

  const shown = (): Experience[] => {
    const place = places[at];
    if (!draft || !place || isEnded) return [];
    const { id: documentId, segmentId, tree } = draft;
    return [{ type: "content", ...content, documentId, segmentId, versionId: "preview", kind: tree.kind, placements: [always(place)], tree }];
  };
  const renderer = await start(quietly(stage, () => ({ ...stage.bootstrap, style, experiences: shown() })));

  const end = () => {
    isEnded = true;
    renderer.update();
    window.clearInterval(looking);
    render(null, shell.root);
    shell.close();
    onEnd();
  };
  const sentence = () => {
    if (!draft) return "This content has no document to show.";
    if (!places.length) return "It has no placement yet. Choose one in the studio.";
    if (isModal) return "";
    return find(places[at]!) ? "" : "The element of this placement is not on this page.";
  };

  function draw() {
    render(
      <section
        className={isOnTop ? "bar small top" : "bar small"}
        popover="manual"
        lang="en"
        dir="ltr"
        aria-label="headwater: preview"
        onKeyDown={(event: KeyboardEvent) => event.key === "Escape" && end()}
      >
        <div className="head">
          <h2>Preview: nothing is recorded</h2>
          {!hadModal && <button type="button" onClick={() => ((isOnTop = !isOnTop), draw())}>{isOnTop ? "Move down" : "Move up"}</button>}
        </div>
        <p className="hint">“{content.name}” as it is drafted.</p>
        <p className="told" role="status">{sentence()}</p>
        {places.length > 1 && !hadModal && (
          <div className="row">
            <label htmlFor="place">Placement</label>
            <select id="place" value={String(at)} onChange={(event) => ((at = Number(event.currentTarget.value)), renderer.update(), draw())}>
              {places.map((place, index) => <option key={place.id} value={String(index)}>{titleOf(place, index)}</option>)}
            </select>
          </div>
        )}
        {!hadModal && (
          <div className="row">
            <button type="button" onClick={() => renderer.show(content.slug)}>Show it again</button>
            <button type="button" onClick={end}>End</button>
          </div>
        )}
      </section>,
      shell.root,
    );
  }

  draw();
  shell.rise();
  const looking = window.setInterval(() => {
    const hosts = [...document.querySelectorAll(`.${HOST_CLASS}`)];
    const hasModal = hosts.some(({ shadowRoot }) => shadowRoot?.querySelector("dialog:modal"));
    if (hasModal && !hadModal) shell.rise();
    hadModal = hasModal;
    draw();
  }, LOOK_AGAIN_MS);
  return { update: renderer.update, show: () => undefined };
}

/** The stage as it is, but that nothing said on it is heard, and that it remembers only until the page ends. */
function quietly(stage: Stage, bootstrap: () => unknown): Stage {
  const kept = new Map<string, string>();
  const store = { ...stage.platform.store, get: (key: string) => kept.get(key) ?? null, set: (key: string, text: string) => (kept.set(key, text), true) };
  const nothing = () => undefined;
  const sdk = Object.create(stage.sdk, Object.fromEntries(["track", "identify", "screen", "group", "page"].map((name) => [name, { value: nothing }])));
  return Object.create(stage, {
    sdk: { value: sdk },
    platform: { value: { ...stage.platform, store } },
    bootstrap: { get: bootstrap },
    tracked: { value: [] },
    say: { value: nothing },
  }) as Stage;
}

/** Of when and for whom a placement shows, an author wants to wait for nothing. */
function always({ id, selectors, text, place }: Placement): Placement {
  return { id, selectors, text, place };
}

function titleOf(place: Placement & { name?: string }, index: number): string {
  return place.name || `${index + 1}: ${place.selectors?.[0] ?? "over the page"}`;
}
