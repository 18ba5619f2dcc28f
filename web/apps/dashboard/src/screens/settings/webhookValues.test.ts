import { expect, test } from "vitest";
import type { Webhook } from "../../api/types";
import { FIRST, givenOf, INBOX, problemsOf, valuesOf } from "./webhookValues";

const WEBHOOK = {
  name: "Ours",
  url: "https://receiver.example/in",
  format: "default",
  topics: ["form.submission", "content.view"],
  enabled: true,
  filters: { contentIds: ["a", "b"], eventNames: null },
  schedule: [5, 300],
  perSecond: null,
  ordered: false,
  sharedSecret: "********",
} as unknown as Webhook;

test("a webhook fills its form, and nothing of it is given back unchanged", () => {
  const values = valuesOf(WEBHOOK);
  expect(values).toMatchObject({ contents: "a\nb", names: "", topics: ["content.view", "form.submission"] });
  expect(givenOf({}, values)).toEqual({});
});

test("what was written is given as the API takes it", () => {
  const values = { ...valuesOf(WEBHOOK), name: " Theirs ", names: "Open\n\n Close " };
  expect(givenOf({ name: values.name, names: values.names }, values)).toEqual({
    name: "Theirs",
    filters: { contentIds: ["a", "b"], eventNames: ["Open", "Close"] },
  });
  expect(givenOf(FIRST, FIRST)).toMatchObject({ topics: FIRST.topics, filters: { contentIds: null } });
});

test("what is missing is named by its field", () => {
  expect(Object.keys(problemsOf({ ...FIRST, topics: [] }))).toEqual(["url", "name", "topics"]);
  expect(problemsOf({ ...FIRST, url: INBOX, name: "Ours", topics: [], names: "Open" })).toEqual({});
  expect(problemsOf({ ...FIRST, url: "receiver.example", name: "Ours" })).toHaveProperty("url");
});

test("retries, pace, order and the shared secret go along only when they were changed", () => {
  const values = valuesOf(WEBHOOK);
  expect(values).toMatchObject({ retries: "own", waits: "5 s, 5 min", shared: "********" });
  expect(givenOf({ retries: "usual" }, { ...values, retries: "usual" })).toEqual({ schedule: null });
  expect(givenOf({ shared: "" }, { ...values, shared: "" })).toEqual({ sharedSecret: "" });
  expect(givenOf(FIRST, FIRST)).not.toHaveProperty("sharedSecret");
  expect(givenOf(FIRST, FIRST)).toMatchObject({ schedule: null, perSecond: null, ordered: false });
  expect(problemsOf({ ...values, waits: "soon" })).toHaveProperty("waits");
});
