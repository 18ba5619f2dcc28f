// @vitest-environment happy-dom
import { createElement, render } from "preact";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Block, BlockType, Props } from "../model";
import { member } from "../variables";
import { decimal } from "./answers";
import type { Answer, Scene } from "./scene";
import { Blocks } from "./view";
import { wordsOf } from "./words";

let acted: string[];
let sent: Answer[][];
let user: Record<string, unknown>;

const scene = (): Scene => ({
  look: (scope, name) => (scope === "user" ? member(user, name) : undefined),
  words: wordsOf("en"),
  act: (block, event) => (event.preventDefault(), void acted.push(block.id)),
  submit: (_, answers) => void sent.push(answers),
  isAnswered: () => false,
});

let ids = 0;
const block = (type: BlockType, props: Props = {}, blocks?: Block[]): Block => ({ id: `b${++ids}`, type, props, blocks });

function drawn(...blocks: Block[]): HTMLElement {
  const root = document.createElement("div");
  document.body.append(root);
  render(createElement(Blocks, { blocks, scene: scene() }), root);
  return root;
}

const settled = () => new Promise((done) => setTimeout(done, 5));

beforeEach(() => {
  [acted, sent, user, ids] = [[], [], { name: "Ann" }, 0];
});
afterEach(() => document.body.replaceChildren());

it("draws texts with their markup, and variables as text", () => {
  user.name = "<img src=x onerror=alert(1)> **Ann** [a](javascript:alert(1))";
  const root = drawn(block("heading", { text: "Hi {{user.name|there}}", level: 3 }), block("text", { text: "**a** _b_\n[c](/d)" }));
  expect(root.querySelector("h3")!.textContent).toBe(`Hi ${String(user.name)}`);
  expect([...root.querySelectorAll("*")].map((each) => each.localName)).toEqual(["h3", "p", "strong", "em", "br", "a"]);
  expect(root.querySelector("a")!.getAttribute("href")).toBe("/d");
});

it.each([
  "javascript:alert(1)", " javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "\u0001javascript:alert(1)",
  "data:text/html,<script>alert(1)</script>", "vbscript:x", "blob:x", "file:///etc/passwd", "about:blank", "x:y", "",
])("links nowhere for the address %j", (address) => {
  user.link = address;
  const actions = [{ type: "url", href: "{{user.link}}" }];
  const root = drawn(
    block("text", { text: "[text]({{user.link}}) [own](javascript:alert`1`)" }),
    block("button", { text: "Go", actions }),
    block("card", { title: "Card", actions }),
    block("image", { src: "/a.png", alt: "An image", href: "{{user.link}}" }),
    block("image", { src: "{{user.link}}", alt: "None" }),
    block("video", { src: "{{user.link}}", title: "None" }),
    block("video", { src: "/a.mp4", title: "One", poster: address, captions: address }),
  );
  expect(root.querySelectorAll("a, track, [poster]").length).toBe(0);
  expect(root.querySelectorAll("img, video").length).toBe(2);
  expect(root.querySelectorAll("button").length).toBe(2);
});

it("makes a link of what leads somewhere, and a button of what does not", () => {
  const root = drawn(
    block("button", { text: "Docs", actions: [{ type: "url", href: "/docs?u={{user.name}}", newTab: true }] }),
    block("button", { text: "Write", actions: [{ type: "email", to: "help@example.com", subject: "Hi & bye" }] }),
    block("button", { text: "Close", actions: [{ type: "dismiss" }] }),
  );
  const [docs, write] = [...root.querySelectorAll("a")];
  expect([docs!.getAttribute("href"), docs!.target, docs!.rel]).toEqual(["/docs?u=Ann", "_blank", "noopener"]);
  expect(write!.getAttribute("href")).toBe("mailto:help@example.com?subject=Hi%20%26%20bye");
  root.querySelectorAll<HTMLElement>("a, button").forEach((each) => each.click());
  expect(acted).toEqual(["b1", "b2", "b3"]);
});

it("leaves out blocks that it does not know", () => {
  expect(drawn(block("carousel" as BlockType), block("constructor" as BlockType), block("divider")).children.length).toBe(1);
});

it("covers a card that may be clicked with one button, called as the card", () => {
  const root = drawn(block("card", { actions: [{ type: "dismiss" }] }, [block("heading", { text: "**New** for {{user.name}}" })]));
  const cover = root.querySelector("button")!;
  expect(cover.getAttribute("aria-label")).toBe("New for Ann");
  cover.click();
  expect(acted).toEqual(["b2"]);
});

const FIELDS = [
  ["text", {}], ["area", {}], ["email", {}], ["number", { min: 1, max: 5 }], ["checkbox", {}], ["scale", { minText: "No", maxText: "Yes" }],
  ["choice", { options: ["a", "b"] }], ["choice", { options: ["a", "b"], multiple: true }], ["choice", { options: [..."abcdefg"] }],
] as const;

it("gives every input a name, and groups theirs", () => {
  const fields = FIELDS.map(([kind, more], index) => block("field", { kind, label: `Question ${index}`, hint: "A hint", ...more }));
  const root = drawn(block("form", { name: "Feedback" }, fields));
  for (const input of root.querySelectorAll<HTMLInputElement>("input, textarea, select")) {
    expect(input.closest("label") ?? root.querySelector(`label[for="${input.id}"]`), input.outerHTML).toBeTruthy();
  }
  for (const group of root.querySelectorAll("fieldset")) {
    expect(root.querySelector(`#${group.getAttribute("aria-labelledby")!}`)!.textContent).toContain("Question");
  }
  expect(root.querySelectorAll("[role=radiogroup] input[type=radio]").length).toBe(13);
  expect(root.querySelector("form")!.getAttribute("aria-label")).toBe("Feedback");
});

it("says what is missing, and goes there", async () => {
  const fields = FIELDS.map(([kind, more]) => block("field", { kind, label: kind, required: true, ...more }));
  const root = drawn(block("form", { name: "Feedback" }, [block("field", { label: "Free" }), ...fields]));
  root.querySelector("form")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await settled();
  expect(root.querySelectorAll("[role=alert]").length).toBe(fields.length);
  expect([...root.querySelectorAll("[role=alert]")].every((each) => each.textContent)).toBe(true);
  expect((document.activeElement as HTMLInputElement).name).toBe(fields[0]!.id);
  const first = root.querySelector(`[name=${fields[0]!.id}]`)!;
  expect(first.getAttribute("aria-invalid")).toBe("true");
  expect(first.getAttribute("aria-describedby")).toBe(`hw-${fields[0]!.id}-fault`);
  expect(sent).toEqual([]);
});

it.each([
  ["4", "4"], ["-0.50", "-0.50"], ["007", "007"], ["12345678901234567890", "12345678901234567890"], ["1e1", "10"], ["2.5E-3", "0.0025"],
  [".5", "0.5"], ["1e21", "1000000000000000000000"], ["1e-9", "0.000000001"], ["-1.1e0", "-1.1"],
])("tells the number that was typed as %s in digits", (typed, told) => {
  expect(decimal(typed)).toBe(told);
});

it("hands over the answers as texts, and as traits in their own types; then it thanks", async () => {
  const fields = FIELDS.map(([kind, more]) => block("field", { kind, label: kind, ...more }));
  const root = drawn(block("form", { name: "Feedback", successText: "Thanks, {{user.name}}." }, [...fields, block("field", { label: "Empty" })]));
  const inputs = (index: number) => [...root.querySelectorAll<HTMLInputElement>(`[name=${fields[index]!.id}]`)];
  inputs(0)[0]!.value = " Mike ";
  inputs(1)[0]!.value = "two\nlines";
  inputs(2)[0]!.value = "mike@example.com";
  inputs(3)[0]!.value = "4";
  inputs(5)[9]!.checked = true;
  inputs(6)[1]!.checked = true;
  inputs(7).forEach((each) => { each.checked = true; });
  inputs(8)[0]!.value = "c";
  root.querySelector("form")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await settled();
  expect(sent[0]!.map(({ value, trait }) => [value, trait])).toEqual([
    ["Mike", "Mike"], ["two\nlines", "two\nlines"], ["mike@example.com", "mike@example.com"], ["4", 4], ["false", false], ["9", 9],
    ["b", "b"], [["a", "b"], ["a", "b"]], ["c", "c"],
  ]);
  await vi.waitFor(() => expect(document.activeElement!.textContent).toBe("Thanks, Ann."));
  expect(root.querySelector("form")).toBeNull();
});
