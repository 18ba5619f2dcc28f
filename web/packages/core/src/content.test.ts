import { describe, expect, it } from "vitest";

import { createClient } from "./client";
import { place, type Place } from "./testing/place";

const TOKEN = "tok1234567";
const HOST = "https://headwater.example";
const FOLDER = `${HOST}/sdk/latest/`;

const answer = (...placements: object[]) => ({ status: 200, body: { segments: ["Everyone"], experiences: [{ placements }] } });

async function started(placements: object[], more: object = {}, where: Place = place()) {
  where.got = answer(...placements);
  const client = createClient(where, HOST);
  client.sdk.init({ clientToken: TOKEN, userId: "ann", ...more });
  await where.pass(300);
  return { client, where };
}

describe("the renderer", () => {
  it.each([
    ["no page rules", {}, true],
    ["rules that the address meets", { pages: "^https://app\\.example/ho" }, true],
    ["rules that it does not", { pages: "^https://app\\.example/other" }, false],
    ["rules that are none", { pages: "(" }, false],
    ["an event to wait for", { trigger: { on: "event", event: "Ordered" } }, true],
    ["only a call to wait for", { trigger: { on: "manual" } }, false],
  ])("is loaded for %s: %j", async (_, placement, expected) => {
    const { where } = await started([placement]);
    expect(where.loads).toEqual(expected ? [FOLDER] : []);
    expect(where.warnings.length).toBe("pages" in placement && placement.pages === "(" ? 1 : 0);
  });

  it("is not loaded where there is nothing to show", async () => {
    const { where } = await started([]);
    where.got = { status: 0 };
    await where.pass(10_000);
    expect(where.loads).toEqual([]);
  });

  it("is loaded by the route that something matches, once, and told of the others", async () => {
    const { client, where } = await started([{ pages: "/plans$" }]);
    await where.pass(10_000);
    for (const path of ["/plans", "/home", "/plans"]) {
      where.at = `https://app.example${path}`;
      client.route();
      await where.pass(10_000);
    }
    expect(where.loads).toEqual([FOLDER]);
    expect(new Set(where.asked)).toEqual(new Set(["update"]));
    expect(where.asked.length).toBeGreaterThanOrEqual(2);
  });

  it("is the authors' one on a page that an author looks at, whatever there is to show", async () => {
    const where = Object.assign(place(), { author: "code" });
    await started([], {}, where);
    expect(where.loads).toEqual([FOLDER]);
  });

  it("is asked for again when it did not come, and the page is told of it once", async () => {
    const where = place();
    const { load } = where;
    let down = true;
    where.load = (folder) => (down ? Promise.reject(new Error("offline")) : load(folder));
    const { client } = await started([{}], {}, where);
    expect(where.warnings).toEqual(["a call failed and was left out: Error: offline"]);
    down = false;
    client.route();
    await where.pass(10);
    expect(where.loads).toEqual([FOLDER]);
  });

  it("shows a content by its slug, also one asked for before init", async () => {
    const where = place();
    const client = createClient(where, HOST);
    client.sdk.showContent("early");
    client.sdk.init({ clientToken: TOKEN });
    client.sdk.showContent("late");
    await where.pass(10);
    expect(where.asked.filter((each) => each.startsWith("show"))).toEqual(["show early", "show late"]);
  });
});

describe("what may be shown", () => {
  it("is asked after what is new of the person has been heard, and again when it has come to count", async () => {
    const where = place();
    const order: string[] = [];
    const { post, get } = where;
    where.post = (url, body) => (order.push("post"), post(url, body));
    where.get = (url) => (order.push("get"), get(url));
    await started([{}], { traits: { plan: "pro" } }, where);
    expect(order).toEqual(["post", "get"]);
    await where.pass(10_000);
    expect(order).toEqual(["post", "get", "get"]);
  });

  it("is asked at once by the next page, which says the same", async () => {
    const kept = new Map<string, string>();
    await started([{}], { traits: { plan: "pro" } }, place(kept));
    const second = place(kept);
    second.got = answer({});
    createClient(second, HOST).sdk.init({ clientToken: TOKEN, userId: "ann", traits: { plan: "pro" } });
    // The anonymous id is the same, so nothing new is said of the person.
    await second.pass(0);
    expect(second.gets.length).toBe(1);
    await second.pass(10_000);
    expect(second.gets.length).toBe(1);
  });

  it.each(["identify", "group", "reset"] as const)("is asked again after %s", async (call) => {
    const { client, where } = await started([{}]);
    await where.pass(10_000);
    const before = where.gets.length;
    if (call === "reset") client.sdk.reset();
    else client.sdk[call]("other");
    await where.pass(10_000);
    expect(where.gets.length).toBeGreaterThan(before);
    expect(where.stage!.person).toBe(call === "identify" ? "user other" : call === "group" ? "user ann" : where.kept.get("headwater:anonymous_id"));
  });

  it("is asked again when the server takes events again that it was away for", async () => {
    const { client, where } = await started([{}]);
    await where.pass(10_000);
    const away = { status: 0 };
    where.answers.push(away, away);
    const { got } = where;
    where.got = away;
    client.sdk.identify("ann", { plan: "pro" });
    await where.pass(1_000);
    const before = where.gets.length;
    where.got = got;
    await where.pass(20_000);
    expect(where.answers).toEqual([]);
    expect(where.gets.length).toBeGreaterThan(before + 1);
  });

  /** A page that says what the last one said, so asks once. */
  async function second(got: Place["got"]): Promise<{ where: Place; client: ReturnType<typeof createClient> }> {
    const kept = new Map<string, string>();
    await started([], {}, place(kept));
    const where = Object.assign(place(kept), { got });
    const client = createClient(where, HOST);
    client.sdk.init({ clientToken: TOKEN, userId: "ann" });
    await where.pass(100);
    return { where, client };
  }

  it("is asked again by itself while the server is away, later and later, and not before it says", async () => {
    const { where, client } = await second({ status: 503, retryAfterS: 20 });
    await where.pass(19_000);
    expect(where.gets.length).toBe(1);
    where.got = { status: 0 };
    await where.pass(2_000);
    expect(where.gets.length).toBe(2);
    await where.pass(3_600_000);
    expect(where.gets.length).toBe(11);
    where.got = answer({});
    await where.pass(3_600_000);
    expect([where.gets.length, where.loads]).toEqual([11, []]);
    client.route();
    await where.pass(0);
    expect(where.loads).toEqual([FOLDER]);
  });

  it("comes with the next try", async () => {
    const { where } = await second({ status: 503 });
    where.got = answer({});
    await where.pass(3_600_000);
    expect([where.gets.length, where.loads]).toEqual([2, [FOLDER]]);
  });

  it("is not asked again where the server has refused", async () => {
    const { where } = await second({ status: 403, body: { code: "invalid_client_token" } });
    await where.pass(3_600_000);
    expect(where.gets.length).toBe(1);
  });

  it("is what was asked for last, in whatever order the answers come", async () => {
    const where = place();
    const waiting: (() => void)[] = [];
    where.get = (url) => new Promise((done) => waiting.push(() => done({ status: 200, body: { segments: [url.includes("ben") ? "b" : "a"], experiences: [{ placements: [{}] }] } })));
    const client = createClient(where, HOST);
    client.sdk.init({ clientToken: TOKEN, userId: "ann" });
    await where.pass(300);
    client.sdk.identify("ben");
    await where.pass(300);
    expect(waiting.length).toBe(2);
    waiting.reverse().forEach((give) => give());
    await where.pass(0);
    expect(where.stage!.bootstrap.segments).toEqual(["b"]);
  });

  it("is the last answer when the server is away", async () => {
    const kept = new Map<string, string>();
    await started([{}], {}, place(kept));
    const second = place(kept);
    createClient(second, HOST).sdk.init({ clientToken: TOKEN, userId: "ann" });
    await second.pass(10_000);
    expect(second.loads).toEqual([FOLDER]);
  });
});

describe("the stage", () => {
  it("knows the events that came before it, and what was learnt of the person", async () => {
    const where = place();
    where.got = answer({});
    const { sdk } = createClient(where, HOST);
    sdk.track("First");
    sdk.init({ clientToken: TOKEN, userId: "ann", traits: { plan: "pro" }, groupId: 7, groupTraits: { name: "Acme" } });
    sdk.track("Second");
    sdk.identify("ann", { logins: 5 });
    sdk.group(7, { size: 3 });
    await where.pass(1000);
    const stage = where.stage!;
    expect([stage.host, stage.token, stage.tracked]).toEqual([HOST, TOKEN, ["First", "Second"]]);
    expect(stage.options).toMatchObject({ traits: { plan: "pro", logins: 5 }, groupId: "7", groupTraits: { name: "Acme", size: 3 } });
  });

  it("tells the window of what it says, as the SDK's own calls do", async () => {
    const { where } = await started([{}]);
    where.stage!.say({ type: "Screen", screenName: "candu.sdk.content", properties: { slug: "a" } });
    where.stage!.say({ type: "Track", eventName: "candu.sdk.content.interaction", properties: { id: 1 } });
    expect(where.told.filter(([name]) => name.startsWith("candu."))).toEqual([
      ["candu.sdk.screen", { screenName: "candu.sdk.content", properties: { slug: "a" } }],
      ["candu.sdk.track", { eventName: "candu.sdk.content.interaction", properties: { id: 1 } }],
    ]);
  });

  it("says a form's answers with a context of their own", async () => {
    const { where } = await started([{}]);
    const context = { library: { name: "API", version: "latest" }, source: "UserGenerated" };
    where.stage!.say({ type: "FormSubmission", eventName: "F_responded", properties: { formName: "F" }, context });
    await where.pass(1000);
    const event = where.posts.flatMap(({ events }) => events).find(({ type }) => type === "FormSubmission");
    expect(event).toMatchObject({ type: "FormSubmission", eventName: "F_responded", context, userId: "ann", version: 2 });
    expect(event!.context).toEqual(context);
  });
});
