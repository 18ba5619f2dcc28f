import { expect, it } from "vitest";
import { registration } from "./registration";

it("writes down what the page has to say, of each kind in its way", () => {
  const code = registration([
    { name: "rating", kind: "element", tag: "acme-rating", title: "Rating", props: [{ name: "stars", type: "number" }] },
    { name: "Plan.Card", kind: "react", title: "Plan", props: [] },
  ]);
  expect(code).toContain('customElements.define("acme-rating"');
  expect(code).toContain("gets stars as properties");
  expect(code).toContain('"Plan.Card": reactComponent(PlanCard, react)');
});

it("says nothing of React where there is none", () => {
  expect(registration([{ name: "rating", kind: "element", tag: "acme-rating", title: "Rating", props: [] }])).not.toContain("react");
});
