import { expect, test } from "vitest";
import { editsOf } from "./useDraft";

const SERVER = { name: "Ours", topics: ["content.view"], enabled: true };

test("only what differs from the server is an edit", () => {
  expect(editsOf(SERVER, { name: "Theirs", enabled: true })).toEqual({ name: "Theirs" });
  expect(editsOf(SERVER, { topics: ["content.view"] })).toEqual({});
  expect(editsOf(SERVER, { topics: [] })).toEqual({ topics: [] });
});

test("an edit that the server has by now is none any more", () => {
  expect(editsOf({ ...SERVER, name: "Theirs" }, { name: "Theirs" })).toEqual({});
});
