import { afterEach, beforeEach, expect, it, vi } from "vitest";

const SDK = { name: "@headwater/browser", version: "1.2.3" };

async function zone(): Promise<unknown> {
  vi.resetModules();
  return (await import("./context")).contextOf(SDK).timezone;
}

beforeEach(() => {
  const location = { pathname: "/", href: "https://app.example/", search: "" };
  vi.stubGlobal("window", { location, navigator: { userAgent: "", language: "en" }, screen: {}, document: { title: "", referrer: "" } });
});
afterEach(() => vi.unstubAllGlobals());

it("names the time zone without the tables that Intl would load", async () => {
  vi.stubGlobal("Temporal", { Now: { timeZoneId: () => "Europe/Vienna" } });
  vi.stubGlobal("Intl", undefined);
  expect(await zone()).toBe("Europe/Vienna");
});

it("asks Intl where there is nothing else, and leaves it out where there is neither", async () => {
  vi.stubGlobal("Temporal", undefined);
  vi.stubGlobal("Intl", { DateTimeFormat: () => ({ resolvedOptions: () => ({ timeZone: "Asia/Tokyo" }) }) });
  expect(await zone()).toBe("Asia/Tokyo");
  vi.stubGlobal("Intl", undefined);
  expect(await zone()).toBeUndefined();
});
