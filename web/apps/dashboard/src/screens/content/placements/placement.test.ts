import { expect, it } from "vitest";
import type { Placement } from "../../../api/contentTypes";
import { inWords, linesOf, newId, newPlacement, problemsOf, ruleFault, wordsOf } from "./placement";

const placement = (part: Partial<Placement> = {}): Placement => ({ ...newPlacement([]), selectors: ["#nav"], ...part });

it("gives a new placement six letters or digits that no other has", () => {
  const taken = Array.from({ length: 50 }, () => newId([]));
  expect(new Set(taken).size).toBe(50);
  for (const id of taken) expect(id).toMatch(/^[A-Za-z0-9]{6}$/);
});

it("says a placement in words", () => {
  expect(inWords(placement(), "inline")).toBe("after #nav; on all pages; as soon as the page is there; each time");
  expect(inWords(placement({ selectors: [] }), "inline")).toContain("no element chosen yet");
  const whole = placement({
    selectors: ["#nav", "nav"],
    place: "inside",
    pages: {
      match: "all",
      show: [{ kind: "path", value: "/a/*" }, { kind: "query", value: "tab" }],
      hide: [{ kind: "subdomain", value: "admin" }],
    },
    trigger: { on: "event", event: "Ordered" },
    delayS: 3,
    frequency: { kind: "times", times: 2, days: 7 },
    devices: ["mobile"],
    languages: ["de"],
  });
  expect(inWords(whole, "inline")).toBe(
    "inside #nav, at its end (2 selectors); on path /a/* and query tab, but not on subdomain admin; " +
      "at the event Ordered, 3 s later; at most 2 times within 7 days; on mobile; in de",
  );
  expect(inWords(whole, "modal")).toMatch(/^over the page; /);
});

it("says what is missing before it is saved", () => {
  expect(problemsOf(placement(), "inline")).toEqual({});
  expect(problemsOf(placement({ selectors: [] }), "inline")).toHaveProperty("selectors");
  expect(problemsOf(placement({ selectors: [] }), "modal")).toEqual({});
  expect(problemsOf(placement({ delayS: Number.NaN }), "modal")).toHaveProperty("delayS");
  expect(problemsOf(placement({ delayS: 601 }), "modal")).toHaveProperty("delayS");
  expect(problemsOf(placement({ trigger: { on: "click", selector: " " } }), "modal")).toHaveProperty("trigger");
  expect(problemsOf(placement({ frequency: { kind: "times", times: 0, days: 1 } }), "modal")).toHaveProperty("frequency");
  const pages: Placement["pages"] = { match: "any", show: [{ kind: "path", value: "" }], hide: [] };
  expect(problemsOf(placement({ pages }), "modal")).toHaveProperty("pages");
});

it.each(["/orders/*", "**/edit", "#/team", " / "])("takes the path %s", (value) => {
  expect(ruleFault({ kind: "path", value })).toBeUndefined();
});

it.each([
  ["nope**[/orders**", "A path begins with /, as in /nope**[/orders**."],
  ["?orders", "A path begins with /, as in /orders."],
  ["https://app.example.com/orders", "This is a whole address"],
  ["  ", "A page rule is empty"],
])("says why the path %j cannot be meant so", (value, said) => {
  expect(ruleFault({ kind: "path", value })).toContain(said);
  const pages: Placement["pages"] = { match: "any", show: [], hide: [{ kind: "path", value }] };
  expect(problemsOf(placement({ pages }), "modal").pages).toContain(said);
});

it("takes other rules as they are", () => {
  expect(ruleFault({ kind: "exact", value: "app.example.com/orders" })).toBeUndefined();
  expect(ruleFault({ kind: "query", value: "tab=a" })).toBeUndefined();
});

it("reads lists as people write them", () => {
  expect(linesOf(" #a \n\n.b > c\n#a")).toEqual(["#a", ".b > c"]);
  expect(wordsOf("de, en-GB;fr de")).toEqual(["de", "en-GB", "fr"]);
});
