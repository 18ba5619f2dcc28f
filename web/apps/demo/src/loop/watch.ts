/**
 * Follows one round of the loop, from what anybody may see in the page: the elements that content brings, the events that
 * the SDK dispatches on the window, the answers of its requests, and the segments that the server says.
 */

import headwater from "@headwater/browser";

export const STEPS = ["shown", "seen", "used", "sent", "back"] as const;
export type Step = (typeof STEPS)[number];

/** What happened, with the ids of the segments that it is about. */
export interface Happened {
  what: string;
  segments: readonly string[];
}

/** What happened at each step of this round; what is not there has not happened yet. */
export type Round = Readonly<Partial<Record<Step, Happened>>>;

export interface Loop {
  round: Round;
  /** The ids of the segments that the user is in; `null` while that is not known. */
  segments: readonly string[] | null;
}

const BATCH = "/api/events/batch";
const ASK_EVERY_MS = 1000;
const ASK_FOR_MS = 30_000;
const KNOWN_AFTER_MS = 2500;

let loop: Loop = { round: {}, segments: null };
let generation = 0;
let first: readonly string[] | null = null;
let waitsSince: number | undefined;
let asking = false;

const listeners = new Set<() => void>();

export function listen(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const current = (): Loop => loop;

/** Somebody else is signed in: a new round. */
export function begin(): void {
  generation += 1;
  first = null;
  waitsSince = undefined;
  change({ round: {}, segments: null });
  const mine = generation;
  // once the SDK knows who it is, and again when the server has read what it said of them
  for (const delayMs of [0, KNOWN_AFTER_MS]) setTimeout(() => void learnFirst(mine), delayMs);
}

/** Listens from now on. */
export function watch(): void {
  addEventListener("headwater.screen", (event) => seen(detailOf(event)));
  addEventListener("headwater.track", (event) => used(detailOf(event)));
  addEventListener("headwater.formsubmission", (event) => answered(detailOf(event)));
  new MutationObserver(shown).observe(document.documentElement, { childList: true, subtree: true });
  new PerformanceObserver((list) => list.getEntries().forEach(sent)).observe({ type: "resource" });
}

function shown(): void {
  const found = document.querySelector<HTMLElement>(".headwater-content");
  if (found && !loop.round.shown) light("shown", `“${found.dataset.headwaterSlug ?? ""}” is in the page.`);
}

function seen(detail: Detail): void {
  if (detail.screenName !== "candu.sdk.content") return;
  shown();
  const { slug, segmentId } = detail.properties;
  light("seen", `“${text(slug)}” was on the screen, as it is for`, [text(segmentId)]);
  void learnFirst(generation);
  wait();
}

function used(detail: Detail): void {
  if (detail.eventName !== "candu.sdk.content.interaction") return;
  light("used", `“${text(detail.properties.eventName)}” was told.`);
  wait();
}

function answered(detail: Detail): void {
  light("used", `The form “${text(detail.properties.formName)}” was answered.`);
  wait();
}

/** What was told just now goes out at once, so that it need not be waited for. */
function wait(): void {
  waitsSince = performance.now();
  void headwater.flush();
}

function sent(entry: PerformanceEntry): void {
  const request = entry as PerformanceResourceTiming;
  const status = request.responseStatus ?? 200; // where the browser does not tell
  if (waitsSince === undefined || !request.name.includes(BATCH) || status !== 200) return;
  if (request.responseEnd < waitsSince) return;
  const what = loop.round.used ? "What you did" : "That you saw it";
  light("sent", `${what} is on the server’s disk: it answered 200.`);
  if (loop.round.used) void askBack(generation);
}

/** The segments before anything of this round was used. */
async function learnFirst(mine: number): Promise<void> {
  if (loop.round.used) return;
  const segments = await headwater.getMembership();
  if (mine !== generation || (loop.round.used && first)) return;
  first = segments;
  change({ ...loop, segments });
}

/** What somebody says changes who they are: the server is asked until it puts them into another segment. */
async function askBack(mine: number): Promise<void> {
  if (asking) return;
  asking = true;
  const until = performance.now() + ASK_FOR_MS;
  while (mine === generation && !loop.round.back && performance.now() < until) {
    await new Promise((done) => setTimeout(done, ASK_EVERY_MS));
    const segments = await headwater.getMembership();
    if (mine !== generation) break;
    change({ ...loop, segments });
    const gained = first ? segments.filter((id) => !first!.includes(id)) : [];
    if (gained.length) light("back", "You are now in", gained);
  }
  asking = false;
}

interface Detail {
  screenName?: string;
  eventName?: string;
  properties: Record<string, unknown>;
}

function detailOf(event: Event): Detail {
  const detail = (event as CustomEvent<Partial<Detail>>).detail;
  return { ...detail, properties: detail?.properties ?? {} };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function light(step: Step, what: string, segments: readonly string[] = []): void {
  if (loop.round[step]?.what === what) return;
  change({ ...loop, round: { ...loop.round, [step]: { what, segments } } });
}

function change(to: Loop): void {
  loop = to;
  for (const each of listeners) each();
}
