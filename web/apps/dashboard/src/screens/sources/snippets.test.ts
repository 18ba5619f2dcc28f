import { describe, expect, test } from "vitest";
import { publicUrl, pythonLiteral, sampleCall, snippets } from "./snippets";

const KEY = "k".repeat(32);

function byId(id: string, name = "It's here") {
  const all = snippets(KEY, "https://events.example.org", { call: "screen", name, properties: { a: 1 } });
  return all.find((snippet) => snippet.id === id)!.code;
}

test("every snippet holds the key and the address", () => {
  for (const { code } of snippets(KEY, "https://events.example.org", sampleCall(undefined))) {
    expect(code).toContain(KEY);
    expect(code).toContain("events.example.org");
  }
});

test("an apostrophe does not end the shell's string", () => {
  expect(byId("curl")).toContain(String.raw`"name": "It'\''s here"`);
});

test("the browser's host has /v1 and no scheme", () => {
  expect(byId("browser")).toContain('{ apiHost: "events.example.org/v1", protocol: "https" }');
});

test("python's screen call takes category before name", () => {
  expect(byId("python")).toContain(`analytics.screen("user-1", None, "It's here", {"a": 1})`);
});

describe("publicUrl", () => {
  test("is what the server was told", () => {
    expect(publicUrl({ inboundUrl: "https://x.example/hw/hooks/abc" }, "http://here")).toBe("https://x.example/hw");
  });
  test("is this page's where the source has no inbound address", () => {
    expect(publicUrl({ inboundUrl: "" }, "http://here")).toBe("http://here");
  });
});

test("pythonLiteral", () => {
  expect(pythonLiteral({ a: [true, false, null], b: 'say "x"' })).toBe('{"a": [True, False, None], "b": "say \\"x\\""}');
});
