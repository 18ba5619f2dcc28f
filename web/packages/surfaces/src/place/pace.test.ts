// @vitest-environment happy-dom
import { createElement, render } from "preact";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Block } from "../model";
import type { Scene } from "../views/scene";
import { Blocks } from "../views/view";
import { wordsOf } from "../views/words";
import { type Pace, paced } from "./pace";

let frames: FrameRequestCallback[];
/** How long each look at the clock seems to have taken. */
let tickMs: number;
let now: number;
let drawnTexts: string[];

const text = (id: string): Block => ({ id, type: "text", props: { text: `{{user.${id}}}` } });
const many = (count: number, name: string) => Array.from({ length: count }, (_, at) => text(`${name}${at}`));
const form: Block = { id: "form", type: "form", props: { name: "F" }, blocks: [...many(5, "q"), { id: "f", type: "field", props: { label: "F", required: true } }] };
const section: Block = { id: "s", type: "section", props: {}, blocks: many(9, "in") };

function scene(pace: Pace, value: string): Scene {
  const look = (_: string, name: string) => (drawnTexts.push(name), `${name} ${value}`);
  return { look, words: wordsOf("en"), act: () => undefined, submit: () => undefined, isAnswered: () => false, views: pace.views };
}

function drawing(blocks: Block[]) {
  const root = document.createElement("div");
  document.body.append(root);
  const failed = vi.fn();
  const pace = paced(blocks, failed);
  const done = vi.fn();
  const run = (value: string) => {
    const given = scene(pace, value);
    pace.run(() => render(createElement(Blocks, { blocks, scene: given }), root), done);
  };
  return { root, pace, run, done, failed };
}

/** Lets frames pass until nothing is left to draw. */
function settle(most = 1000): number {
  let count = 0;
  for (; frames.length && count < most; count++) frames.splice(0).forEach((each) => each(now));
  return count;
}

const texts = (root: HTMLElement) => [...root.querySelectorAll("p")].map((each) => each.textContent);

beforeEach(() => {
  [frames, tickMs, now, drawnTexts] = [[], 5, 0, []];
  vi.stubGlobal("performance", { now: () => (now += tickMs) });
  vi.stubGlobal("requestAnimationFrame", (action: FrameRequestCallback) => frames.push(action));
  vi.stubGlobal("cancelAnimationFrame", (frame: number) => frames.splice(frame - 1, 1));
});
afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

it("draws what is small in one frame", () => {
  tickMs = 0.1;
  const { root, run, done } = drawing(many(4, "t"));
  run("a");
  expect([settle(), done.mock.calls.length, texts(root).length]).toEqual([1, 1, 4]);
});

it("draws what is large over several frames, each block once, whatever holds it", () => {
  const blocks = [section, form, ...many(30, "t")];
  const { root, run, done } = drawing(blocks);
  run("a");
  settle(2);
  expect(done).not.toHaveBeenCalled();
  expect(texts(root).length).toBeLessThan(20);
  expect(settle()).toBeGreaterThan(3);
  expect(done).toHaveBeenCalledTimes(1);
  expect(texts(root)).toEqual(drawnTexts.map((name) => `${name} a`));
  expect(new Set(drawnTexts).size).toBe(9 + 5 + 30);
  expect(drawnTexts.length).toBe(9 + 5 + 30);
});

it("draws it again bit by bit, and what is not reached yet stays as it was", () => {
  const { root, run, done } = drawing([section, ...many(30, "t")]);
  run("a");
  settle();
  run("b");
  settle(2);
  const between = texts(root);
  expect(between.length).toBe(39);
  expect([between[0], between.at(-1)]).toEqual(["in0 b", "t29 a"]);
  settle();
  expect(texts(root).every((each) => each!.endsWith(" b"))).toBe(true);
  expect(done).toHaveBeenCalledTimes(2);
});

it("begins anew when it changes in the middle", () => {
  const { root, run, done } = drawing(many(30, "t"));
  run("a");
  settle(1);
  run("b");
  expect(frames.length).toBe(1);
  settle();
  expect(texts(root)).toEqual(many(30, "t").map(({ id }) => `${id} b`));
  expect(done).toHaveBeenCalledTimes(1);
});

it("draws nothing more once it is stopped", () => {
  const { root, pace, run, done } = drawing(many(30, "t"));
  run("a");
  settle(1);
  const there = texts(root).length;
  pace.stop();
  expect([settle(), texts(root).length, done.mock.calls.length]).toEqual([0, there, 0]);
});

it("lets a form say what is missing, though all of it is drawn", async () => {
  const { root, run } = drawing([form, ...many(30, "t")]);
  run("a");
  settle();
  root.querySelector("form")!.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  await vi.waitFor(() => expect(root.querySelectorAll("[role=alert]").length).toBe(1));
});

it("shows what there is when the rest cannot be drawn", () => {
  const bad: Block = { id: "bad", type: "text", props: {} };
  Object.defineProperty(bad, "props", { get: () => { throw new Error("no"); } });
  const { root, run, done, failed } = drawing([...many(8, "t"), bad, ...many(8, "u")]);
  run("a");
  settle();
  expect([failed.mock.calls.length, done.mock.calls.length, texts(root).length]).toEqual([1, 1, 8]);
});
