// @vitest-environment happy-dom
import { expect, it } from "vitest";
import type { Block, Frequency, Placement } from "../model";
import { memoryOf } from "./memory";
import { isEnough } from "./seen";
import { answered, dismissal, handlerOf, interaction, labelOf, type Told, traitsOf, view } from "./tell";
import { deviceOf, unfit } from "./when";

const TOLD: Told = {
  name: "Onboarding", versionId: "6f1ed002ab5595859014ebf0951522d9", segmentId: "Everyone", slug: "onboarding",
  contentId: "nBz41kQpXw", documentId: 3107, placementId: "3N2DN_",
};
const block = (type: Block["type"], props: Block["props"] = {}): Block => ({ id: "b1", type, props });
const placement = (more: Partial<Placement>): Placement => ({ id: "p", place: "before", ...more });

it("tells a view by its ids", () => {
  const { name, ...ids } = TOLD;
  expect(view(TOLD)).toEqual({ type: "Screen", screenName: "candu.sdk.content", properties: ids });
  expect(Object.keys(JSON.parse(JSON.stringify(view({ ...TOLD, placementId: "" }).properties)) as object)).not.toContain("placementId");
});

it("tells an interaction by its label and what it does", () => {
  const go = block("button", { label: "Onboarding - Go clicked", actions: [{ type: "callback", name: "open" }, { type: "dismiss" }] });
  expect(interaction(TOLD, go, labelOf(TOLD, go)).properties).toEqual({
    eventName: "Onboarding - Go clicked", versionId: TOLD.versionId, segmentId: "Everyone", id: 3107, category: "Native",
    contentId: "nBz41kQpXw", documentId: 3107, trigger: "OnClick", handler: { type: "callback", name: "open" },
    nodeId: "b1", nodeType: "button", placementId: "3N2DN_",
  });
  expect(handlerOf(block("component", { name: "Chart" }))).toEqual({ type: "component", name: "Chart" });
  expect(handlerOf(block("image", { href: "/x" }))).toEqual({ type: "url" });
  expect(dismissal(TOLD, "OnClick")).toMatchObject({ eventName: "candu.sdk.content.dismiss", properties: { contentId: "nBz41kQpXw", trigger: "OnClick" } });
});

it("tells answers under the names of the form and its labels, in a context of their own", () => {
  const field = (label: string, trait?: string): Block => block("field", { label, trait });
  const answers = [
    { field: field("E-mail", "email"), value: "a@b.example", trait: "a@b.example" },
    { field: field("How likely?", "likely"), value: "9", trait: 9 },
    { field: field("Which?"), value: ["a", "b"], trait: ["a", "b"] },
  ];
  const said = answered(TOLD, block("form", { name: "Tell us", formId: "9Wneb7Nk1qtTCEuGDJa0L" }), answers);
  expect(said).toEqual({
    type: "FormSubmission",
    eventName: "Onboarding - Tell us_responded",
    properties: {
      formName: "Onboarding - Tell us", formId: "9Wneb7Nk1qtTCEuGDJa0L", formResponseId: expect.stringMatching(/^[A-Za-z0-9]{10}$/) as string,
      "Onboarding - Tell us_E-mail": "a@b.example", "Onboarding - Tell us_How likely?": "9", "Onboarding - Tell us_Which?": ["a", "b"],
    },
    context: { library: { name: "API", version: "latest" }, source: "UserGenerated" },
  });
  expect(traitsOf(answers)).toEqual({ email: "a@b.example", likely: 9 });
  expect(traitsOf(answers.slice(2))).toBeUndefined();
});

const ADDRESS = "https://app.example/home";
it.each([
  [{}, undefined],
  [{ pages: "/home$" }, undefined],
  [{ pages: "/plans" }, "pages"],
  [{ pages: "(" }, "pages"],
  [{ devices: ["desktop", "tablet"] }, undefined],
  [{ devices: ["mobile"] }, "devices"],
  [{ languages: ["DE"] }, undefined],
  [{ languages: ["fr", "de-at"] }, undefined],
  [{ languages: ["d", "de-CH", "de-AT-1901"] }, "languages"],
] as [Partial<Placement>, string | undefined][])("%j is held back by: %s", (more, expected) => {
  expect(unfit(placement(more), ADDRESS, "desktop", "de-AT")).toBe(expected);
});

it("tells devices by the window's width", () => {
  expect([320, 639, 640, 1023, 1024].map(deviceOf)).toEqual(["mobile", "mobile", "tablet", "tablet", "desktop"]);
});

function remembering() {
  const kept = new Map<string, string>();
  let now = 1_800_000_000_000;
  const store = { get: (key: string) => kept.get(key) ?? null, set: (key: string, text: string) => void kept.set(key, text) };
  const of = (person: string) => memoryOf(store, "token", person, () => now);
  return { kept, of, pass: (days: number) => (now += days * 86_400_000) };
}

const TWICE: Frequency = { kind: "times", times: 2, days: 7 };

it("remembers what each person saw, dismissed and answered, and for how long it counts", () => {
  const { of, pass } = remembering();
  const [ann, ben] = [of("ann"), of("ben")];
  ann.see("c1");
  expect([ann.enough("c1", { kind: "once" }), ben.enough("c1", { kind: "once" })]).toEqual(["once", undefined]);
  expect([ann.enough("c1", { kind: "always" }), ann.enough("c1", undefined), ann.enough("c1", TWICE)]).toEqual([undefined, undefined, undefined]);
  pass(1);
  ann.see("c1");
  expect(ann.enough("c1", TWICE)).toBe("times");
  pass(6.5);
  expect(ann.enough("c1", TWICE)).toBeUndefined();
  ann.dismiss("c1");
  expect([ann.enough("c1", { kind: "untilDismissed" }), ann.enough("c1", { kind: "always" })]).toEqual(["dismissed", undefined]);
  ann.answer("f1");
  expect([ann.hasAnswered("f1"), ann.hasAnswered("f2"), ben.hasAnswered("f1")]).toEqual([true, false, false]);
});

it("keeps a bounded memory, the newest", () => {
  const { of, kept, pass } = remembering();
  const ann = of("ann");
  for (let number = 0; number < 320; number++) {
    pass(0.001);
    ann.see(`c${number}`);
  }
  for (let time = 0; time < 80; time++) ann.see("c319");
  const { seen } = JSON.parse([...kept.values()][0]!) as { seen: Record<string, number[]> };
  expect([Object.keys(seen).length, "c0" in seen, seen.c319!.length]).toEqual([300, false, 50]);
});

it.each(["{", "[]", "7", "null", '{"seen":{"c1":"x"},"dismissed":7,"answered":{"f1":"x"}}'])("survives %s in the storage", (text) => {
  const { of, kept } = remembering();
  kept.set("headwater:shown:token:ann", text);
  expect([of("ann").enough("c1", { kind: "once" }), of("ann").hasAnswered("f1")]).toEqual([undefined, false]);
});

it.each([
  ["all of it", [100, 100], [100, 100], true],
  ["half of it", [100, 100], [100, 50], true],
  ["a little less", [100, 100], [100, 48], false],
  ["half a window of what is taller", [100, 4000], [100, 400], true],
  ["less than half a window of it", [100, 4000], [100, 390], false],
  ["nothing, of what has no size", [100, 0], [100, 0], false],
] as const)("calls it seen or not: %s", (_, whole, shown, expected) => {
  const rect = ([width, height]: readonly [number, number]) => ({ width, height });
  const entry = { boundingClientRect: rect(whole), intersectionRect: rect(shown), rootBounds: { height: 800 } };
  expect(isEnough(entry as unknown as IntersectionObserverEntry)).toBe(expected);
});
