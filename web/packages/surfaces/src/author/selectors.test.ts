// @vitest-environment happy-dom
import { describe, expect, test, vi } from "vitest";
import { find } from "../place/find";
import { matching, selectorsOf } from "./selectors";
import { CHANGES, dice, makePage } from "./testing/pages";
import { address, textOf, withoutCode } from "./text";

// A busy machine takes its time over so many pages.
vi.setConfig({ testTimeout: 60_000 });

const PAGES = 30;
/** Of a hundred elements, so many at least are found again after each change. */
const FOUND_AGAIN = 95;

function anyElement(seed: number): Element {
  makePage(seed);
  const all = [...document.body.querySelectorAll("*")];
  return all[dice(seed + 1000)(all.length)]!;
}

describe("selectors of an element", () => {
  test("each finds it, and nothing else", () => {
    for (let seed = 0; seed < PAGES; seed++) {
      const target = anyElement(seed);
      const selectors = selectorsOf(target);
      expect(selectors.length).toBeGreaterThan(0);
      for (const selector of selectors) expect([selector, matching(selector).map((each) => each === target)]).toEqual([selector, [true]]);
    }
  });

  test("begin with what its authors named to stay", () => {
    document.body.innerHTML = `
      <main id="app"><section class="css-1a2b3c billing" data-testid="billing"><h2>Billing</h2>
        <button id=":r3:" class="sc-bdVaJa flex mt-4 is-active save" data-state="open" data-testid="save" name="save">Save</button><button>No</button>
      </section></main>`;
    expect(selectorsOf(document.querySelector("button")!)).toEqual([
      `[data-testid="save"]`,
      `button[name="save"]`,
      `[data-testid="billing"] .save`,
      ".save",
      "section > button:nth-of-type(1)",
      "section > button:nth-last-of-type(2)",
    ]);
    const other = selectorsOf(document.querySelectorAll("button")[1]!);
    expect(other[0]).toBe(`[data-testid="billing"] > button:nth-of-type(2)`);
  });

  test("reach into the open shadow roots of the page's components, where nothing outside is meant", () => {
    document.body.innerHTML = `<p class="lead">a</p><x-card></x-card><x-card></x-card>`;
    for (const [at, host] of [...document.querySelectorAll("x-card")].entries()) {
      host.attachShadow({ mode: "open" }).innerHTML = `<div><p class="lead">b</p><p data-testid="note-${at}">c</p></div>`;
    }
    const [first] = document.querySelectorAll("x-card");
    const note = first!.shadowRoot!.querySelectorAll("p")[1]!;
    expect(selectorsOf(note)).toEqual([`[data-testid="note-0"]`]);
    expect(find({ id: "p", place: "after", selectors: selectorsOf(note) })).toBe(note);
    expect(selectorsOf(first!.shadowRoot!.querySelector("p")!)).toEqual([]);
  });

  test("take odd names as they are", () => {
    document.body.innerHTML = `<div><p class="1st a.b" data-cy="it's &quot;so&quot;" id="7">x</p><p data-cy="a\\b">y</p><p>z</p></div>`;
    for (const each of document.querySelectorAll("p")) {
      for (const selector of selectorsOf(each)) expect(document.querySelector(selector)).toBe(each);
    }
  });
});

describe("the renderer finds the element again", () => {
  const rates = new Map<string, number>();

  test.each(Object.entries(CHANGES))("after: %s", (name, change) => {
    let found = 0;
    const missed: string[] = [];
    for (let seed = 0; seed < PAGES; seed++) {
      const target = anyElement(seed);
      const placement = { id: "p", place: "after" as const, selectors: selectorsOf(target), text: textOf(target) };
      change(target, dice(seed));
      if (find(placement) === target) found++;
      else missed.push(placement.selectors.join(" | "));
    }
    const rate = (100 * found) / PAGES;
    rates.set(name, rate);
    // Without a name near it, an element that has moved and says something else can only be guessed at.
    expect(rate, missed.slice(0, 5).join("\n")).toBeGreaterThanOrEqual(name.includes("before and its text") ? 75 : FOUND_AGAIN);
  });

  test("of all", () => {
    const mean = [...rates.values()].reduce((sum, rate) => sum + rate, 0) / rates.size;
    console.log(`found again, of 100, after ${rates.size} kinds of change: ${mean.toFixed(1)}; least ${Math.min(...rates.values())}`);
    expect(mean).toBeGreaterThanOrEqual(98);
  });
});

test("an element's text is the whole of it, or none", () => {
  document.body.innerHTML = `<p> Hello \n <b>there</b></p><div>${"word ".repeat(100)}</div>`;
  expect(textOf(document.querySelector("p")!)).toBe("Hello there");
  expect(textOf(document.querySelector("div")!)).toBe("");
});

test("what stands apart in the page stands apart in its text, and is found by it", () => {
  const card = '<section><h2>Billing</h2><p>Your <b>plan</b>s renew<br>soon.</p><button>Pay</button></section>';
  document.body.innerHTML = `<style>b { display: inline } button { display: inline-block }</style><section>Other</section>${card}`;
  const second = document.querySelectorAll("section")[1]!;
  expect(textOf(second)).toBe("Billing Your plans renew soon. Pay");
  expect(find({ id: "p", place: "after", selectors: ["section"], text: textOf(second) })).toBe(second);
  expect(find({ id: "p", place: "after", selectors: ["section"], text: "BillingYour plans renewsoon.Pay" })).toBe(second);
});

test("the page's address is told without the code", () => {
  expect(withoutCode("https://a.example/x?a=%20b&headwater_author=CODE&c#d")).toBe("https://a.example/x?a=%20b&c#d");
  expect(withoutCode("https://a.example/?headwater_author=CODE")).toBe("https://a.example/");
  expect(withoutCode("https://a.example/x?a")).toBe("https://a.example/x?a");
  expect(address()).toBe(location.href);
});
