import { describe, expect, it } from "vitest";

import { createClient } from "./client";
import { OK, place, type Place } from "./testing/place";

const TOKEN = "tok1234567";
const HOST = "https://headwater.example";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** Both halves in one. */
function made(where: Place) {
  const { sdk, ...rest } = createClient(where, HOST);
  return Object.defineProperties(rest, Object.getOwnPropertyDescriptors(sdk)) as typeof rest & typeof sdk;
}

function started(more: object = {}, where: Place = place()) {
  const client = made(where);
  client.init({ clientToken: TOKEN, ...more });
  return { client, where };
}

const events = (where: Place) => where.posts.flatMap((post) => post.events);

describe("an event", () => {
  it("is an envelope of version 2, posted with the client token", async () => {
    const { client, where } = started();
    client.track("Ordered", { total: 12.5 });
    await where.pass(1000);
    expect(where.posts.map((post) => post.url)).toEqual([`${HOST}/api/events/batch?token=${TOKEN}`]);
    const [event] = events(where);
    expect(event).toEqual({
      id: expect.stringMatching(UUID),
      anonymousId: expect.stringMatching(UUID),
      type: "Track",
      eventName: "Ordered",
      properties: { total: 12.5 },
      context: { locale: "en" },
      sentAt: "2027-01-15T08:00:00.000Z",
      version: 2,
    });
  });

  it("has a name of its own kind", async () => {
    const { client, where } = started();
    client.screen("Home");
    void client.page();
    void client.page("Settings", { tab: 2 });
    client.group(42, { plan: "pro" });
    await where.pass(1000);
    expect(events(where).map(({ type, screenName, pageName, groupId, traits, properties }) => [
      type, screenName ?? pageName ?? groupId, traits ?? properties,
    ])).toEqual([
      ["Screen", "Home", undefined],
      ["Page", "A page", undefined],
      ["Page", "Settings", { tab: 2 }],
      ["Group", "42", { plan: "pro" }],
    ]);
  });

  it("is kept until init has said where it goes", async () => {
    const where = place();
    const client = made(where);
    client.track("Early");
    client.identify("ann", { plan: "pro" });
    await where.pass(1000);
    expect(where.posts).toEqual([]);
    client.init({ clientToken: TOKEN });
    await where.pass(1000);
    expect(events(where).map((event) => [event.type, event.userId])).toEqual([
      ["Track", undefined],
      ["Identify", "ann"],
    ]);
  });

  it("is one of a hundred that wait for init at most", async () => {
    const where = place();
    const client = made(where);
    for (let number = 0; number < 150; number++) client.track(`e${number}`);
    client.init({ clientToken: TOKEN });
    await where.pass(1000);
    expect(events(where).map((event) => event.eventName)).toEqual(Array.from({ length: 100 }, (_, number) => `e${number}`));
  });

  it("without a name, or that is no JSON, is left out and told of", async () => {
    const { client, where } = started();
    client.track("");
    client.track(undefined as unknown as string);
    client.track(NaN as unknown as string);
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    client.track("Circle", circle);
    client.track("Big", { big: BigInt(1) });
    client.track("Good");
    await where.pass(1000);
    expect(events(where).map((event) => event["eventName"])).toEqual(["Good"]);
    expect(where.warnings.length).toBe(2);
  });

  it("is told to the page, under Candu's names as well where it has one", () => {
    const { client, where } = started();
    client.screen("candu.sdk.content", { slug: "welcome" });
    client.track("candu.sdk.content.interaction", { trigger: "OnClick" });
    client.track("Ordered");
    const shown = { screenName: "candu.sdk.content", properties: { slug: "welcome" } };
    const clicked = { eventName: "candu.sdk.content.interaction", properties: { trigger: "OnClick" } };
    expect(where.told).toEqual([
      ["candu.sdk.screen", shown],
      ["headwater.screen", shown],
      ["candu.sdk.track", clicked],
      ["headwater.track", clicked],
      ["headwater.track", { eventName: "Ordered", properties: undefined }],
    ]);
  });
});

describe("the user", () => {
  it("is identified by init, with traits and as text", async () => {
    const { where } = started({ userId: 42, traits: { email: "ann@example.com" }, hmac: "abc" });
    await where.pass(1000);
    expect(events(where)).toMatchObject([
      { type: "Identify", userId: "42", traits: { email: "ann@example.com" }, hmac: "abc" },
    ]);
  });

  it("is anonymous without an id, and nothing is sent of that", async () => {
    const { client, where } = started({ userId: "" });
    await where.pass(1000);
    expect(where.posts).toEqual([]);
    client.track("Looked");
    await where.pass(1000);
    expect(events(where)[0]).not.toHaveProperty("userId");
  });

  it("may change: init and identify take another, and no signature goes over to them", async () => {
    const { client, where } = started({ userId: "ann", hmac: "of ann", traits: { role: "admin" } });
    client.track("One");
    client.init({ clientToken: TOKEN, userId: "ann", traits: { role: "admin" } });
    client.identify("ben", { plan: "pro" });
    client.identify(null, { seats: 3 });
    expect(client.providerProps!.traits).toEqual({ plan: "pro", seats: 3 });
    client.identify("eve", undefined, { hash: "of eve" });
    client.init({ clientToken: TOKEN });
    client.track("Two");
    await where.pass(1000);
    expect(events(where).map((event) => [event.type, event.userId, event.hmac])).toEqual([
      ["Identify", "ann", "of ann"],
      ["Track", "ann", "of ann"],
      ["Identify", "ben", undefined],
      ["Identify", "ben", undefined],
      ["Identify", "eve", "of eve"],
      ["Track", undefined, undefined],
    ]);
    expect(new Set(events(where).map((event) => event.anonymousId)).size).toBe(1);
  });

  it("is forgotten by reset, with the anonymous id", async () => {
    const { client, where } = started({ userId: "ann", variables: { plan: "x" } });
    const before = client.providerProps!.anonymousId;
    client.reset();
    client.track("After");
    await where.pass(1000);
    const after = events(where)[1]!;
    expect(after).not.toHaveProperty("userId");
    expect(after.anonymousId).not.toBe(before);
    expect(client.providerProps).toMatchObject({ clientToken: TOKEN, anonymousId: after.anonymousId });
    expect(client.providerProps!.variables).toBeUndefined();
  });

  it("has an anonymous id that outlives the page", () => {
    const kept = new Map<string, string>();
    const [first, second] = [started({}, place(kept)), started({}, place(kept))];
    expect(first.client.providerProps!.anonymousId).toMatch(UUID);
    expect(second.client.providerProps!.anonymousId).toBe(first.client.providerProps!.anonymousId);
  });

  it("keeps an e-mail address under another name, which is pointed out once", async () => {
    const { client, where } = started({ userId: "ann", traits: { Email: "ann@example.com", emails: [] } });
    client.identify("ann", { Email: "other@example.com" });
    client.identify("ann", { email: 7 });
    await where.pass(1000);
    expect(where.warnings).toEqual([
      'the trait "Email" is kept, but the reserved one is "email"',
      'the trait "email" should be a string',
    ]);
    expect(events(where)[0]!.traits).toEqual({ Email: "ann@example.com", emails: [] });
  });
});

describe("what stays in the page", () => {
  it("variables and callbacks are shown, and neither sent nor kept", async () => {
    const { client, where } = started({ userId: "ann", variables: { secret: "s3cr3t" }, callbacks: { open: () => 1 } });
    client.track("Looked");
    await where.pass(1000);
    client.last();
    expect(client.providerProps!.variables).toEqual({ secret: "s3cr3t" });
    const everything = JSON.stringify([where.posts, where.beacons, [...where.kept], where.told]);
    expect(everything).not.toContain("s3cr3t");
    expect(everything).not.toContain("open");
  });

  it("a callback that throws harms nobody", async () => {
    const seen: unknown[] = [];
    const open = (event: unknown) => {
      seen.push(event);
      throw new Error("of the page");
    };
    const { client, where } = started({ callbacks: { open } });
    const node = { type: "Button", nodes: [], props: {} };
    const action = { category: "Native", eventName: "A", handler: { name: "open", type: "callback" }, trigger: "OnClick" };
    client.showContent("any");
    await where.pass(0);
    where.stage!.call("open", 7, node, action);
    where.stage!.call("missing", 7, node, action);
    expect(seen).toEqual([7]);
    expect(where.warnings.length).toBe(1);
  });
});

describe("init", () => {
  it.each([[undefined], [{}], [{ clientToken: 7 }], [{ clientToken: "" }]])("says what it needs: %j", (options) => {
    const where = place();
    const client = made(where);
    client.init(options as never);
    client.track("Nowhere");
    expect(client.providerProps).toBeNull();
    expect(where.warnings).toEqual([
      "init needs the clientToken of Settings > Workspaces > Access Keys; nothing is sent",
    ]);
  });

  it("says that a host is an address", () => {
    expect(started({ host: "headwater.example" }).where.warnings).toEqual([
      "host is headwater.example, which should begin with https://",
    ]);
    expect(started({ host: "" }).where.warnings).toEqual([]);
  });

  it("takes another workspace, and sends each event to the one it was for", async () => {
    const { client, where } = started({ userId: "ann" });
    await where.pass(1000);
    client.track("Here");
    client.init({ clientToken: "other", host: "https://two.example/" });
    client.track("There");
    await where.pass(1000);
    expect(where.posts.map((post) => [post.url, post.events.map((event) => event.eventName)])).toEqual([
      [`${HOST}/api/events/batch?token=${TOKEN}`, [undefined]],
      [`${HOST}/api/events/batch?token=${TOKEN}`, ["Here"]],
      ["https://two.example/api/events/batch?token=other", ["There"]],
    ]);
  });

  it("called again with the same says nothing again, but does after another user was here", async () => {
    const options = { userId: "ann", traits: { plan: "pro" }, groupId: 7 };
    const { client, where } = started(options);
    client.init({ clientToken: TOKEN, ...options });
    client.init({ clientToken: TOKEN, ...options, traits: { plan: "team" } });
    client.identify("ben");
    client.init({ clientToken: TOKEN, ...options, traits: { plan: "team" } });
    await where.pass(1000);
    expect(events(where).map(({ type, userId, traits }) => [type, userId, traits])).toEqual([
      ["Identify", "ann", { plan: "pro" }],
      ["Group", "ann", undefined],
      ["Identify", "ann", { plan: "team" }],
      ["Group", "ann", undefined],
      ["Identify", "ben", undefined],
      ["Identify", "ann", { plan: "team" }],
      ["Group", "ann", undefined],
    ]);
  });

  it("joins a group", async () => {
    const { where } = started({ userId: "ann", groupId: "acme", groupTraits: { plan: "pro" } });
    await where.pass(1000);
    expect(events(where)[1]).toMatchObject({ type: "Group", groupId: "acme", userId: "ann", traits: { plan: "pro" } });
  });
});

describe("membership", () => {
  const answer = { status: 200, body: { segments: ["Everyone", "abc"], experiences: [] } };

  it("is asked for the user as known, once what waits has been sent", async () => {
    const { client, where } = started({ userId: "ann b", hmac: "ff" });
    where.got = answer;
    expect(await client.getMembership()).toEqual(["Everyone", "abc"]);
    expect(where.posts.length).toBe(1);
    const { anonymousId } = client.providerProps!;
    expect(where.gets).toEqual([
      `${HOST}/api/bootstrap?token=${TOKEN}&userId=ann%20b&anonymousId=${anonymousId}&hmac=ff`,
    ]);
  });

  it("does not wait long for what cannot be sent", async () => {
    const { client, where } = started({ userId: "ann" });
    where.got = answer;
    where.post = () => new Promise(() => undefined);
    let found: string[] | undefined;
    void client.getMembership().then((segments) => (found = segments));
    await where.pass(1000);
    expect([found, where.gets.length]).toEqual([undefined, 0]);
    await where.pass(2000);
    expect(found).toEqual(["Everyone", "abc"]);
  });

  it("is the last one known when the server is away, and nobody else's", async () => {
    const kept = new Map<string, string>();
    const first = started({ userId: "ann" }, place(kept));
    first.where.got = answer;
    await first.client.getMembership();
    const second = started({ userId: "ann" }, place(kept));
    expect(await second.client.getMembership()).toEqual(["Everyone", "abc"]);
    second.client.init({ clientToken: TOKEN, userId: "ben" });
    expect(await second.client.getMembership()).toEqual([]);
  });

  it.each(["{", "[]", "7", "null", '["user ann"]', '["user ann",{"segments":7}]'])("survives %s in the storage", async (text) => {
    const { client, where } = started({ userId: "ann" });
    where.kept.set(`headwater:bootstrap:${TOKEN}`, text);
    where.got = { status: 200, body: "<html>" };
    expect(await client.getMembership()).toEqual([]);
    expect(where.warnings).toEqual([]);
  });

  it("is nothing before init", async () => {
    expect(await made(place()).getMembership()).toEqual([]);
  });
});

describe("a fault of the surroundings", () => {
  it("never reaches the page", async () => {
    const broken = new Error("broken");
    const where = place();
    const fail = () => {
      throw broken;
    };
    const client = made({ ...where, context: fail, title: fail, tell: fail });
    client.init({ clientToken: TOKEN, userId: "ann" });
    client.track("One");
    client.screen("Two");
    await client.page();
    client.group("g");
    client.reset();
    await client.flush();
    expect(await client.getMembership()).toEqual([]);
    expect(where.warnings).toEqual(["a call failed and was left out: Error: broken"]);
    expect(OK.status).toBe(200);
  });
});
