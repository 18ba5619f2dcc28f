import { expect, test } from "vitest";
import { pythonLiteral, sampleCall, snippets } from "./snippets";

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

test("a name does not end the page's script tag", () => {
  expect(byId("browser", "</script>").match(/<\/script>/g)).toHaveLength(2);
});

test("python's screen call takes category before name", () => {
  expect(byId("python")).toContain(`analytics.screen("user-1", None, "It's here", {"a": 1})`);
});

test("pythonLiteral", () => {
  expect(pythonLiteral({ a: [true, false, null], b: 'say "x"' })).toBe(
    '{"a": [True, False, None], "b": "say \\"x\\""}',
  );
});
