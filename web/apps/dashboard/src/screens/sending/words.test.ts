import { expect, test } from "vitest";
import { errorName, headerLines, latency, list, pretty, topicNames } from "./words";

test("JSON is spread over lines, anything else is left alone", () => {
  expect(pretty('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(pretty('{"n":12345678901234567890,"m":1.0}')).toBe('{\n  "n": 12345678901234567890,\n  "m": 1.0\n}');
  expect(pretty("no_service")).toBe("no_service");
  expect(pretty(null)).toBe("");
});

test("a list takes commas and lines, and knows when it is empty", () => {
  expect(list(" a, b\n\nc ")).toEqual(["a", "b", "c"]);
  expect(list(" ,\n")).toBeNull();
});

test("topics by the names that people know", () => {
  expect(topicNames(["content.view", "form.submission"])).toBe("Content Views, Form Submissions");
  expect(topicNames(["another"])).toBe("another");
});

test("headers one a line; times in the unit that fits", () => {
  expect(headerLines({ a: "1", b: "2" })).toBe("a: 1\nb: 2");
  expect(headerLines(null)).toBe("");
  expect([latency(null), latency(12.4), latency(1500)]).toEqual(["–", "12 ms", "1.5 s"]);
});

test("errors by what they are", () => {
  expect([errorName("503"), errorName("connect_timeout")]).toEqual(["Answered 503", "connect_timeout"]);
});
