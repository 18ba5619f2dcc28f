import { describe, expect, it } from "vitest";

import { createClient } from "./client";
import { LEFT_LYING_MS, MAX_CHARS, MAX_EVENTS, MAX_STORED } from "./queue";
import { BATCH_BYTES, BATCH_EVENTS } from "./sender";
import { place, type Place } from "./testing/place";

const TOKEN = "tok1234567";
const AWAY = { status: 0 };

function started(where: Place = place(), options: object = {}) {
  const { sdk, ...rest } = createClient(where, "https://headwater.example");
  const client = { ...sdk, ...rest };
  client.init({ clientToken: TOKEN, ...options });
  return { client, where };
}

const sent = (where: Place) => where.posts.flatMap((post) => post.events.map((event) => event["eventName"]));
const waiting = (where: Place) => [...where.kept.keys()].filter((key) => key.startsWith("headwater:q:")).length;
const names = (count: number) => Array.from({ length: count }, (_, number) => `e${number}`);

describe("sending", () => {
  it("gathers what comes within a moment, in order, and forgets what was taken", async () => {
    const { client, where } = started();
    names(3).forEach((name) => client.track(name));
    expect(waiting(where)).toBe(3);
    await where.pass(1000);
    expect(where.posts.map((post) => post.events.length)).toEqual([3]);
    expect(sent(where)).toEqual(names(3));
    expect(waiting(where)).toBe(0);
  });

  it("goes by batches that a browser may keep alive", async () => {
    const { client, where } = started();
    names(BATCH_EVENTS + 1).forEach((name) => client.track(name));
    client.track("large", { text: "ü".repeat(BATCH_BYTES) });
    client.track("small");
    client.track("half", { text: "ü".repeat(BATCH_BYTES / 2.1) });
    client.track("other half", { text: "ü".repeat(BATCH_BYTES / 2.1) });
    await where.pass(1000);
    expect(where.posts.map((post) => post.events.length)).toEqual([BATCH_EVENTS, 1, 1, 1, 1, 1]);
    expect(sent(where)).toEqual([...names(BATCH_EVENTS + 1), "large", "small", "half", "other half"]);
  });

  it("comes again with the same events, later each time, and then loses none", async () => {
    const { client, where } = started();
    const body = { code: "overloaded" };
    where.answers = [AWAY, { status: 503, body }, { status: 429, body }, { status: 404 }, { status: 200, body: "<html>" }];
    client.track("kept");
    await where.pass(900);
    expect(where.posts.length).toBe(1);
    await where.pass(60_000);
    expect(where.posts.length).toBe(6);
    const ids = new Set(where.posts.flatMap((post) => post.events.map((event) => event["id"])));
    expect(ids.size).toBe(1);
    expect(waiting(where)).toBe(0);
    expect(where.warnings).toEqual([]);
  });

  it("waits as long as the server asks, and no longer than that", async () => {
    const { client, where } = started();
    where.answers = [{ status: 429, retryAfterS: 20 }];
    client.track("kept");
    await where.pass(19_000);
    expect(where.posts.length).toBe(1);
    client.track("later");
    await where.pass(1_000);
    expect(where.posts.length).toBe(1);
    await where.pass(1_000);
    expect(sent(where)).toEqual(["kept", "kept", "later"]);
  });

  it("begins anew to wait once something was taken", async () => {
    const { client, where } = started();
    where.answers = [AWAY, AWAY, AWAY, AWAY, AWAY];
    client.track("one");
    await where.pass(60_000);
    where.answers = [AWAY];
    client.track("two");
    await where.pass(2000);
    expect(sent(where).slice(-2)).toEqual(["two", "two"]);
  });

  it("tries at once when something changed for the better", async () => {
    const { client, where } = started();
    where.answers = [AWAY, AWAY, AWAY, AWAY, AWAY, AWAY, AWAY];
    client.track("kept");
    await where.pass(60_000);
    const before = where.posts.length;
    where.answers = [];
    client.wake();
    await where.pass(0);
    expect(where.posts.length).toBe(before + 1);
    expect(waiting(where)).toBe(0);
  });

  it("says once what was not taken, and goes on", async () => {
    const { client, where } = started();
    const rejected = [{ index: 0, code: "event_not_string", message: "No." }];
    where.answers = [{ status: 200, body: { success: true, rejected } }, { status: 200, body: { success: true, rejected } }];
    client.track("one");
    await where.pass(1000);
    client.track("two");
    await where.pass(1000);
    expect(where.warnings).toEqual(["an event was not taken (event_not_string): No."]);
    expect(waiting(where)).toBe(0);
  });

  it("finds the one event that spoils a request, and sends the others", async () => {
    const where = place();
    const post = where.post;
    where.post = async (url, body) => {
      await post(url, body);
      const bad = { success: false, code: "identity_invalid", message: "Unsigned." };
      return body.includes("e5") ? { status: 403, body: bad } : { status: 200, body: { success: true } };
    };
    const { client } = started(where);
    names(20).forEach((name) => client.track(name));
    await where.pass(5000);
    const last = new Map(where.posts.flatMap((each) => each.events.map((event) => [event["eventName"], each.events.length])));
    expect([...last.keys()].sort()).toEqual(names(20).sort());
    expect(waiting(where)).toBe(0);
    expect(where.warnings).toEqual(["an event was not taken (identity_invalid): Unsigned."]);
    expect(where.posts.length).toBeLessThan(20);
  });

  it("stops at a token that opens nothing, and says it once", async () => {
    const { client, where } = started();
    const body = { success: false, code: "invalid_client_token", message: "No workspace has it." };
    where.answers = [{ status: 403, body }];
    client.track("one");
    await where.pass(1000);
    client.track("two");
    await where.pass(100_000);
    client.last();
    expect(where.posts.length).toBe(1);
    expect(where.beacons).toEqual([]);
    expect(where.warnings).toEqual(["an event was not taken (invalid_client_token): No workspace has it."]);
  });
});

describe("the queue", () => {
  it("outlives its page, and another page of the site takes it over", async () => {
    const kept = new Map<string, string>();
    const first = started(place(kept));
    first.where.answers = [AWAY];
    first.client.track("left");
    await first.where.pass(500);
    const second = started(place(kept, 1_800_000_000_500));
    second.client.track("own");
    await second.where.pass(1000);
    expect(sent(second.where)).toEqual(["own"]);
    await second.where.pass(LEFT_LYING_MS + 2000);
    expect(sent(second.where)).toEqual(["own", "left"]);
    expect(waiting(second.where)).toBe(0);
  });

  it("leaves to another page what that page has sent meanwhile", async () => {
    const kept = new Map<string, string>();
    const first = started(place(kept));
    first.where.answers = [AWAY, AWAY, AWAY, AWAY];
    first.client.track("slow");
    await first.where.pass(LEFT_LYING_MS + 2000);
    const second = started(place(kept, first.where.now()));
    first.where.answers = [];
    await first.client.flush();
    await second.where.pass(10_000);
    expect(second.where.posts).toEqual([]);
  });

  it("belongs to its workspace", async () => {
    const kept = new Map([["headwater:q:other:00000000000000", '{"eventName":"theirs"}']]);
    const { where } = started(place(kept));
    await where.pass(10_000);
    expect(where.posts).toEqual([]);
    expect(waiting(where)).toBe(1);
  });

  it("takes its part of the storage, and what comes faster waits in memory", async () => {
    const { client, where } = started();
    names(MAX_STORED + 500).forEach((name) => client.track(name));
    expect(waiting(where)).toBe(MAX_STORED);
    await where.pass(1000);
    expect(sent(where)).toEqual(names(MAX_STORED + 500));
    expect([waiting(where), where.warnings]).toEqual([0, []]);
  });

  it("is bounded in number: the oldest go, and it is said once", async () => {
    const { client, where } = started();
    names(MAX_EVENTS + 5).forEach((name) => client.track(name));
    await where.pass(1000);
    expect(sent(where)).toEqual(names(MAX_EVENTS + 5).slice(5));
    expect(where.warnings).toEqual(["too many events wait; the oldest are dropped"]);
  });

  it("is bounded in size, also for a single event that is too large for everything", async () => {
    const { client, where } = started();
    client.track("old", { text: "x".repeat(MAX_CHARS / 2) });
    client.track("new", { text: "x".repeat(MAX_CHARS / 2) });
    client.track("huge", { text: "x".repeat(MAX_CHARS) });
    client.track("last");
    expect(waiting(where)).toBe(1);
    await where.pass(1000);
    expect(sent(where)).toEqual(["last"]);
  });

  it("is in memory when nothing can be kept", async () => {
    const where = place();
    where.store = { get: () => null, set: () => false, remove: () => undefined, keys: () => [] };
    const { client } = started(where);
    where.answers = [AWAY];
    names(3).forEach((name) => client.track(name));
    await where.pass(10_000);
    expect(sent(where)).toEqual([...names(3), ...names(3)]);
  });

  it("keeps what the page itself wiped from the storage", async () => {
    const { client, where } = started();
    where.answers = [AWAY];
    client.track("mine");
    await where.pass(300);
    where.kept.clear();
    await where.pass(10_000);
    expect(sent(where)).toEqual(["mine", "mine"]);
  });
});

describe("the end of a page", () => {
  it("hands over what is not under way, at most what the browser takes, and keeps it until it is confirmed", async () => {
    const { client, where } = started();
    const text = "x".repeat(9_000);
    names(8).forEach((name) => client.track(name, { text }));
    client.last();
    expect(where.beacons.map((beacon) => beacon.events.length)).toEqual([3]);
    expect(JSON.stringify(where.beacons[0]!.events).length).toBeLessThan(60_000);
    expect(waiting(where)).toBe(8);
    let answered: (() => void) | undefined;
    where.post = () => new Promise((resolve) => (answered = () => resolve({ status: 200, body: { success: true } })));
    void client.flush();
    client.last();
    const [first, second] = where.beacons.map((beacon) => beacon.events.map((event) => event["eventName"]));
    expect([first, second]).toEqual([
      ["e0", "e1", "e2"],
      ["e3", "e4", "e5"],
    ]);
    answered!();
  });

  it("says nothing when nothing waits", () => {
    const { client, where } = started();
    client.last();
    expect(where.beacons).toEqual([]);
  });
});
