// @vitest-environment happy-dom
import { beforeEach, expect, it } from "vitest";
import type { Placement } from "../model";
import { find, shadowRoots } from "./find";
import { attributesOf } from "./observe";
import { put } from "./put";

const where = (selectors: string[], text?: string): Placement => ({ id: "p", place: "before", selectors, text });
const at = (selectors: string[], text?: string) => find(where(selectors, text))?.id;

function element(tag: string, given: Record<string, string> = {}, ...inside: (Element | string)[]): HTMLElement {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) made.setAttribute(name, value);
  made.append(...inside);
  return made;
}

beforeEach(() => {
  const box = (id: string, text: string) => element("div", { id, class: "box" }, text);
  document.body.replaceChildren(element("main", {}, box("a", "Save"), box("b", "Save\n  as"), box("c", "Save as")));
});

it.each([
  [["#b"], undefined, "b"],
  [["#gone", "#b"], undefined, "b"],
  [["#a", ".box", "#c", "main > :last-child"], undefined, "c"],
  [[".box"], undefined, "a"],
  [[".box"], "Save as", "b"],
  [[".box"], "Nowhere", "a"],
  [["#a", "#c"], "Save as", "c"],
  [["#a", "#a", ".box"], "Save as", "a"],
  [["[", "..", "#b"], undefined, "b"],
  [[], "Save", undefined],
  [["#gone"], "Save", undefined],
])("%j with the text %j means %s", (selectors, text, expected) => {
  expect(at(selectors as string[], text)).toBe(expected);
});

it("does not take what we have put there for the page's own", () => {
  const ours = element("div", { class: "headwater-content" }, element("div", { id: "d", class: "box last" }));
  document.body.append(ours);
  expect([at([".last"]), at(["div:last-of-type"]), at([".headwater-content", "#a"])]).toEqual([undefined, "c", "a"]);
});

it("looks into open shadow roots, those within others too, when the page itself has none", () => {
  const inner = element("x-inner");
  const outer = element("x-outer");
  outer.attachShadow({ mode: "open" }).append(inner, element("p", { class: "hint", id: "outer" }));
  inner.attachShadow({ mode: "open" }).append(element("p", { class: "deep", id: "deep" }));
  element("x-closed").attachShadow({ mode: "closed" });
  document.body.append(outer);
  expect(shadowRoots().length).toBe(2);
  expect([at([".deep"]), at([".hint"])]).toEqual(["deep", "outer"]);
  document.body.append(element("p", { class: "deep", id: "light" }));
  expect(at([".deep"])).toBe("light");
});

it("watches the attributes that selectors go by, and no others", () => {
  expect(attributesOf(["#a > .b", "[data-x='.y'] p", "[ href^='/']:hover", "main"])).toEqual(["class", "data-x", "href", "id"]);
  expect(attributesOf(["main > div:nth-of-type(2)"])).toEqual([]);
});

it.each(["before", "after", "inside", "instead"] as const)("leaves all as it was, after it stood %s", (place) => {
  const target = document.querySelector<HTMLElement>("#b")!;
  const before = document.body.innerHTML;
  const host = document.createElement("div");
  const stand = put(host, target, place);
  expect([host.isConnected, stand.holds(), target.style.display]).toEqual([true, true, ""]);
  stand.cover();
  expect(target.style.display).toBe(place === "instead" ? "none" : "");
  target.parentElement!.append(document.createElement("i"));
  expect(stand.holds()).toBe(true);
  stand.remove();
  document.querySelector("i")!.remove();
  expect(document.body.innerHTML).toBe(before);
});

it("gives back the display that the target had of its own", () => {
  const target = document.querySelector<HTMLElement>("#b")!;
  target.style.setProperty("display", "flex", "important");
  const stand = put(document.createElement("div"), target, "instead");
  stand.cover();
  expect(target.style.display).toBe("none");
  stand.remove();
  expect([target.style.display, target.style.getPropertyPriority("display")]).toEqual(["flex", "important"]);
});

it("knows when it was taken away, and when its target was", () => {
  const target = document.querySelector<HTMLElement>("#b")!;
  const host = document.createElement("div");
  const stand = put(host, target, "before");
  target.remove();
  expect(stand.holds()).toBe(false);
  document.querySelector("main")!.append(target);
  host.remove();
  expect(stand.holds()).toBe(false);
});

it("stands in the body when the body is its target", () => {
  for (const place of ["before", "after", "inside", "instead"] as const) {
    const host = document.createElement("div");
    const stand = put(host, document.body, place);
    expect([host.parentNode, document.body.style.display]).toEqual([document.body, ""]);
    expect(stand.holds()).toBe(true);
    stand.remove();
  }
});
