/**
 * `surfaces.js`: shows in the page what the person may see of it, where and when its placements say, and leaves nothing
 * behind when that ends.
 */

import type { Renderer, Stage } from "@headwater/core";
import type { Experience, Placement, Tree } from "./model";
import { CAN_DRAW } from "./place/draw";
import { find, means } from "./place/find";
import { watch } from "./place/observe";
import { put, type Stand } from "./place/put";
import { giveRoomsBack, noteRooms, settle, takeRoom } from "./place/room";
import { type Memory, memoryOf } from "./show/memory";
import { show as showIn, type Showing, type Surroundings } from "./show/showing";
import { deviceOf, onDevice, unfit } from "./show/when";

/** A page that takes our element away again and again does not want it. */
const MOST_PUTS = 20;
const NOTED_AFTER_MS = 2000;
/** An event may lead to another page, on which it sets something off. */
const LINGERS_MS = 5000;
/** By then it is known what may be shown, also to a person of whom something was said just now. */
const MISSED_AFTER_MS = 5000;

/** One experience at one of its placements. */
interface Entry {
  key: string;
  experience: Experience;
  placement: Placement;
  /**
   * `waiting` for its trigger, `delayed` by it, `ready` to be shown. Not so: it is `elsewhere`, was shown `enough`, or was
   * `dismissed` in this view of the page.
   */
  state: "elsewhere" | "enough" | "dismissed" | "waiting" | "delayed" | "ready";
  /** Which part of its placement says that it is not to be shown. */
  why: string;
  timer?: number;
  /** Asked for by the page, whatever else is said. */
  isWanted?: boolean;
  puts: number;
  tree?: Tree;
  isLoading?: boolean;
  showing?: Showing;
  /** All of it is drawn. */
  isOpen?: boolean;
  stand?: Stand;
  target?: Element;
  /** The selectors that mean the target while our element stands there, too. */
  held?: string[];
}

export function start(stage: Stage): Renderer {
  const { platform } = stage;
  if (!CAN_DRAW) {
    platform.warn("this browser is too old to show content");
    return { update: () => undefined, show: () => undefined };
  }
  let entries: Entry[] = [];
  let address = "";
  let viewed = new Set<string>();
  let person = "";
  let remembered: Memory | undefined;
  const wanted = new Set<string>();
  const missed = new Set<string>();
  /** Event → when, as far as it may still set something off. */
  const happened = new Map(stage.tracked.map((name) => [name, platform.now()]));
  let hadModal = false;
  const trees = new Map<string, Promise<Tree | undefined>>();

  const guard = <Given extends unknown[]>(action: (...given: Given) => void) => (...given: Given) => {
    try {
      action(...given);
    } catch (error) {
      platform.warn(`content could not be shown: ${String(error)}`);
    }
  };

  function memory(): Memory {
    if (!remembered || person !== stage.person) {
      person = stage.person;
      remembered = memoryOf(platform.store, stage.token, person, () => platform.now());
    }
    return remembered;
  }

  const around: Surroundings = {
    stage,
    memory,
    show: (slug) => ask(slug),
    dismissed(contentId) {
      for (const entry of entries) if (entry.experience.contentId === contentId) rest(entry, "dismissed", "");
    },
    isNews(versionId) {
      const isNew = !viewed.has(versionId);
      viewed.add(versionId);
      return isNew;
    },
  };

  // 1. Which there are.

  const update = guard(() => {
    const isNewView = address !== platform.address();
    address = platform.address();
    if (isNewView) {
      viewed = new Set();
      hadModal = false;
      wanted.clear();
      happened.forEach((at, name) => platform.now() - at > LINGERS_MS && happened.delete(name));
    }
    const before = new Map(entries.map((entry) => [entry.key, entry]));
    entries = (stage.bootstrap.experiences as unknown as Experience[]).flatMap((experience) =>
      placementsOf(experience).map((placement): Entry => {
        const key = [stage.person, experience.versionId, experience.documentId, JSON.stringify(placement)].join(" ");
        const known = before.get(key);
        before.delete(key);
        if (known) known.experience = experience;
        return known ?? { key, experience, placement, state: "elsewhere", why: "", puts: 0 };
      }),
    );
    before.forEach((entry) => rest(entry, "elsewhere", ""));
    for (const entry of entries) judge(entry, isNewView);
    wanted.forEach(show);
    for (const { showing } of entries) showing?.redraw();
    listen();
  });

  // 2. Which may show here and now.

  function judge(entry: Entry, isNewView: boolean) {
    const { placement, experience, state } = entry;
    const why = unfit(placement, address, deviceOf(window.innerWidth), navigator.language || "");
    if (isNewView) {
      entry.isWanted = entry.isWanted && !why;
      entry.puts = 0;
      entry.showing?.again();
    }
    if (entry.isWanted) return;
    if (why) return rest(entry, "elsewhere", why);
    if (!isNewView && state !== "elsewhere") return;
    const enough = memory().enough(experience.contentId, placement.frequency);
    if (enough) rest(entry, "enough", enough);
    else if (isOff(entry)) arm(entry);
  }

  function arm(entry: Entry) {
    const { trigger = { on: "load" } } = entry.placement;
    Object.assign(entry, { state: "waiting", why: "" });
    if (trigger.on === "load" || (trigger.on === "event" && happened.has(trigger.event))) fire(entry);
  }

  function fire(entry: Entry) {
    if (entry.state !== "waiting") return;
    entry.state = "delayed";
    const ready = guard(() => {
      entry.state = "ready";
      listen();
    });
    const delayS = entry.placement.delayS ?? 0;
    if (delayS > 0 && !entry.isWanted) entry.timer = window.setTimeout(ready, delayS * 1000);
    else ready();
  }

  function rest(entry: Entry, state: "elsewhere" | "enough" | "dismissed", why: string) {
    window.clearTimeout(entry.timer);
    Object.assign(entry, { state, why, isWanted: false });
    takeAway(entry);
  }

  function listen() {
    const ready = entries.filter(({ state }) => state === "ready");
    watching.selectors(ready.flatMap(({ placement }) => placement.selectors ?? []));
    watching.soon();
  }

  // 3. Where they stand.

  const look = guard(() => {
    let isDrawing = entries.some(({ showing, isOpen }) => showing && !isOpen);
    let isBusy = false;
    for (const entry of entries) {
      if (entry.state !== "ready") continue;
      if (!entry.tree) isBusy = load(entry);
      // One at a time: whatever the page has to do comes between.
      else if (!isDrawing) isDrawing = entry.tree.kind === "modal" ? openModal(entry, entry.tree) : !stays(entry) && place(entry, entry.tree);
    }
    // What is held ready for content stays while some is still to come.
    if (isDrawing || isBusy) return;
    giveRoomsBack();
    window.clearTimeout(noting);
    noting = window.setTimeout(note, NOTED_AFTER_MS);
  });
  let noting = 0;
  /** What comes with the page, and will come the next time, too. */
  const note = guard(() => {
    const lasting = entries.filter(({ placement: { trigger, delayS, frequency }, experience }) =>
      (!trigger || trigger.on === "load") && !delayS && !memory().enough(experience.contentId, frequency));
    noteRooms(platform.store, address, lasting.flatMap(({ placement: { place }, showing, target, held }) =>
      showing && target ? [{ host: showing.host, target, place, selectors: held! }] : []));
  });
  const watching = watch(look);

  /** True: it comes. */
  function load(entry: Entry): boolean {
    const { versionId, tree } = entry.experience;
    if (tree) {
      entry.tree = tree;
      watching.soon();
    }
    if (tree || entry.isLoading) return true;
    entry.isLoading = true;
    const address = `${stage.host}/api/experiences/${versionId}?token=${encodeURIComponent(stage.token)}`;
    const asked = trees.get(versionId) ?? platform.get(address).then(({ status, body }) => (status === 200 ? (body as Tree) : undefined));
    trees.set(versionId, asked);
    void asked.then((found) => {
      entry.isLoading = false;
      entry.tree = found;
      if (found) watching.soon();
      else trees.delete(versionId);
    });
    return true;
  }

  /** Whether what is shown stands where it should. */
  function stays(entry: Entry): boolean {
    const { stand, target, held } = entry;
    if (!stand || !target) return false;
    const isMeant = target.isConnected && (!held!.length || held!.some((selector) => means(selector, target)));
    return isMeant && stand.holds();
  }

  function place(entry: Entry, tree: Tree): boolean {
    const { placement, experience } = entry;
    entry.stand?.remove();
    entry.stand = undefined;
    const target = find(placement);
    if (!target || entry.puts >= MOST_PUTS) {
      if (target && entry.puts++ === MOST_PUTS) platform.warn(`the page takes the content ${experience.slug} away again and again; it is left out`);
      takeAway(entry);
      return false;
    }
    entry.puts++;
    const showing = (entry.showing = entry.showing ?? showIn(experience, placement.id, tree, around));
    entry.target = target;
    entry.stand = put(showing.host, target, placement.place);
    takeRoom(showing.host);
    entry.held = (placement.selectors ?? []).filter((selector) => means(selector, target));
    begin(entry, showing);
    return true;
  }

  function begin(entry: Entry, showing: Showing) {
    entry.isOpen = false;
    showing.begin(() => {
      entry.isOpen = true;
      entry.stand?.cover();
      settle(showing.host);
      watching.soon();
    });
  }

  function openModal(entry: Entry, tree: Tree): boolean {
    if (entry.showing && !entry.showing.host.isConnected) takeAway(entry);
    if (entry.showing || entries.some(({ showing, tree: other }) => showing && other?.kind === "modal")) return false;
    // One that nobody asked for is enough for a view of the page.
    const isUnasked = !entry.isWanted && (entry.placement.trigger ?? { on: "load" }).on === "load";
    if (!document.body || (isUnasked && hadModal)) return false;
    hadModal = true;
    entry.showing = showIn(entry.experience, entry.placement.id, tree, around);
    document.body.append(entry.showing.host);
    begin(entry, entry.showing);
    return true;
  }

  function takeAway(entry: Entry) {
    entry.stand?.remove();
    entry.showing?.remove();
    entry.stand = entry.showing = entry.target = undefined;
  }

  // 4. What sets them off.

  /** Shows it now, or when it comes while this page is viewed; tells once when it did not. */
  function ask(slug: string) {
    show(slug);
    window.setTimeout(() => {
      if (!wanted.has(slug) || missed.has(slug)) return;
      missed.add(slug);
      platform.warn(`the content ${slug} was to be shown, but nothing of that slug is live for this user`);
    }, MISSED_AFTER_MS);
  }

  function show(slug: string) {
    wanted.add(slug);
    for (const entry of entries) {
      if (entry.experience.slug !== slug) continue;
      wanted.delete(slug);
      entry.isWanted = true;
      if (isOff(entry)) entry.state = "waiting";
      fire(entry);
    }
  }

  window.addEventListener("headwater.track", guard((event: Event) => {
    const { eventName } = (event as CustomEvent<{ eventName?: unknown }>).detail ?? {};
    for (const entry of entries) {
      const { trigger } = entry.placement;
      if (trigger?.on === "event" && trigger.event === eventName) again(entry);
    }
    happened.set(String(eventName), platform.now());
  }));
  document.addEventListener("click", guard((event: Event) => {
    for (const entry of entries) {
      const { trigger } = entry.placement;
      if (trigger?.on !== "click") continue;
      const isHit = event.composedPath().some((each) => each instanceof Element && means(trigger.selector, each));
      if (isHit) again(entry);
    }
  }), { capture: true, passive: true });
  window.addEventListener("pagehide", note);
  onDevice(update);

  /** For whoever looks at the console: what has become of a content at each of its placements. */
  function explain(slug: string) {
    const found = entries.filter(({ experience }) => experience.slug === slug);
    return found.map(({ placement, state, why, showing }) => ({ placementId: placement.id, state: showing ? "shown" : state, why }));
  }

  /** What was dismissed comes back when its trigger comes again, unless it has been shown enough. */
  function again(entry: Entry) {
    const { experience, placement } = entry;
    if (entry.state === "dismissed" && !memory().enough(experience.contentId, placement.frequency)) entry.state = "waiting";
    fire(entry);
  }

  Object.assign(stage.sdk, { explain });
  update();
  return { update, show: guard(ask) };
}

function isOff({ state }: Entry): boolean {
  return state === "elsewhere" || state === "enough" || state === "dismissed";
}

/** A modal needs no place: one that has none waits to be called. */
function placementsOf({ placements, kind }: Experience): Placement[] {
  return placements.length || kind !== "modal" ? placements : [{ id: "", place: "inside", trigger: { on: "manual" } }];
}
