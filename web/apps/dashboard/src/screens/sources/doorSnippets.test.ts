import { expect, test } from "vitest";
import { customerEventSnippets, restSnippets } from "./doorSnippets";

test("the client token and the server's address are filled in, and the event is JSON", () => {
  const [curl, browser] = customerEventSnippets("tok/en", "https://headwater.example").map(({ code }) => code);
  for (const code of [curl, browser]) expect(code).toContain("https://headwater.example/api/events/batch?token=tok%2Fen");
  const body = /-d '(.*)'$/s.exec(curl ?? "")?.[1] ?? "";
  expect(JSON.parse(body)[0]).toMatchObject({ type: "Screen", screenName: "candu.sdk.content" });
});

test("the REST door is sent to with the write key", () => {
  const [curl] = restSnippets("key", "https://headwater.example").map(({ code }) => code);
  expect(curl).toContain("https://headwater.example/api/eventWebhook");
  expect(curl).toContain("Authorization: Bearer key");
});
