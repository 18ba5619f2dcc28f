/** Placements as values: a new one, one without what it does not need, and one in words. */

import type { Device, Frequency, Kind, Pages, PageRule, Place, Placement, Trigger } from "../../../api/contentTypes";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ID_CHARS = 6;

/** Drawn by chance, and again should it be taken. */
export function newId(taken: readonly string[]): string {
  for (;;) {
    const bytes = crypto.getRandomValues(new Uint8Array(ID_CHARS * 4));
    // Bytes over the last whole multiple would make the first letters likelier.
    const id = [...bytes]
      .filter((byte) => byte < 4 * LETTERS.length)
      .slice(0, ID_CHARS)
      .map((byte) => LETTERS[byte % LETTERS.length])
      .join("");
    if (id.length === ID_CHARS && !taken.includes(id)) return id;
  }
}

export const newPlacement = (taken: readonly Placement[]): Placement => ({
  id: newId(taken.map(({ id }) => id)),
  selectors: [],
  place: "after",
  pages: { match: "any", show: [], hide: [] },
  trigger: { on: "load" },
  delayS: 0,
  frequency: { kind: "always" },
  devices: [],
  languages: [],
});

export const PLACES: { value: Place; label: string }[] = [
  { value: "before", label: "before it" },
  { value: "after", label: "after it" },
  { value: "inside", label: "inside it, at its end" },
  { value: "instead", label: "instead of it" },
];

export const RULE_KINDS: { value: PageRule["kind"]; label: string; sample: string }[] = [
  { value: "path", label: "path", sample: "/projects/*/settings" },
  { value: "exact", label: "whole address", sample: "https://app.example.com/home?tab=all" },
  { value: "subdomain", label: "subdomain", sample: "app" },
  { value: "query", label: "query", sample: "tab=settings" },
];

export const DEVICES: { value: Device; label: string }[] = [
  { value: "desktop", label: "Desktop (from 1024 px)" },
  { value: "tablet", label: "Tablet (640 to 1023 px)" },
  { value: "mobile", label: "Phone (up to 639 px)" },
];

/** The placement on one line. */
export function inWords(placement: Placement, kind: Kind): string {
  const parts = [
    kind === "modal" ? "over the page" : whereInWords(placement),
    pagesInWords(placement.pages),
    triggerInWords(placement.trigger, placement.delayS),
    frequencyInWords(placement.frequency),
    placement.devices.length > 0 ? `on ${placement.devices.join(", ")}` : "",
    placement.languages.length > 0 ? `in ${placement.languages.join(", ")}` : "",
  ];
  return parts.filter(Boolean).join("; ");
}

function whereInWords({ selectors, place }: Placement): string {
  const label = PLACES.find(({ value }) => value === place)?.label ?? place;
  const [first] = selectors;
  if (!first) return "no element chosen yet";
  return `${label.replace(/\bit\b/, first)}${selectors.length > 1 ? ` (${selectors.length} selectors)` : ""}`;
}

export function pagesInWords({ match, show, hide }: Pages): string {
  const shown = show.map(ruleInWords).join(match === "all" ? " and " : " or ");
  const hidden = hide.map(ruleInWords).join(" or ");
  if (show.length === 0 && hide.length === 0) return "on all pages";
  return [shown ? `on ${shown}` : "on all pages", hidden ? `but not on ${hidden}` : ""].filter(Boolean).join(", ");
}

export function ruleInWords({ kind, value }: { kind: string; value: string }): string {
  const label = RULE_KINDS.find((each) => each.value === kind)?.label ?? kind;
  return `${label} ${value}`;
}

export function triggerInWords(trigger: Trigger, delayS: number): string {
  const when = {
    load: "as soon as the page is there",
    event: `at the event ${"event" in trigger ? trigger.event : ""}`,
    click: `at a click on ${"selector" in trigger ? trigger.selector : ""}`,
    manual: "when the page or another content calls it",
  }[trigger.on];
  return delayS > 0 ? `${when}, ${delayS} s later` : when;
}

export function frequencyInWords(frequency: Frequency): string {
  if (frequency.kind === "times") return `at most ${frequency.times} times within ${frequency.days} days`;
  return { always: "each time", once: "once", untilDismissed: "until it is dismissed" }[frequency.kind];
}

/** One entry a line, without blanks and doubles. */
export function linesOf(text: string): string[] {
  return [...new Set(text.split("\n").map((line) => line.trim()).filter(Boolean))];
}

/** Entries with commas or blanks between them, without doubles. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
}

/** What has to be mended before it is saved, by field; empty when nothing has. */
export function problemsOf(placement: Placement, kind: Kind): Partial<Record<"selectors" | "delayS" | "trigger" | "frequency" | "pages", string>> {
  const { selectors, delayS, trigger, frequency, pages } = placement;
  const faulty = [...pages.show, ...pages.hide].map(ruleFault).find(Boolean);
  return {
    ...(kind === "inline" && selectors.length === 0 ? { selectors: "Choose the element on the page, or write a selector." } : {}),
    ...(delayS >= 0 && delayS <= 600 ? {} : { delayS: "A number of seconds, from 0 to 600." }),
    ...(trigger.on === "event" && trigger.event.trim() === "" ? { trigger: "Name the event." } : {}),
    ...(trigger.on === "click" && trigger.selector.trim() === "" ? { trigger: "Write the selector of what is clicked." } : {}),
    ...(frequency.kind === "times" && !(isCount(frequency.times) && isCount(frequency.days))
      ? { frequency: "Whole numbers from 1." }
      : {}),
    ...(faulty ? { pages: faulty } : {}),
  };
}

/** Why a page rule cannot be meant as it stands; undefined: it may. */
export function ruleFault({ kind, value }: PageRule): string | undefined {
  const text = value.trim();
  if (text === "") return "A page rule is empty: write it, or remove it.";
  if (kind !== "path" || /^[/#*]/.test(text)) return undefined;
  if (text.includes("://")) return "This is a whole address: choose that kind of rule, or keep only its path.";
  return `A path begins with /, as in /${text.replace(/^[?./]+/, "")}.`;
}

const isCount = (value: number) => Number.isInteger(value) && value >= 1;
