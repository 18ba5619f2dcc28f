import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ApiError } from "../../api/errors";
import type { Tree } from "../../api/contentTypes";
import { type Held, Saver } from "./saver";

const tree = (words: string): Tree => ({ kind: "inline", blocks: [{ id: "a", type: "text", props: { text: words } }] });
const held = (revision: number, words: string, updatedBy = "me"): Held => ({
  revision,
  tree: tree(words),
  updatedAt: "2026-11-20T10:00:00Z",
  updatedBy,
});

/** A server that holds one draft and refuses to save over a newer one. */
class Server {
  held: Held;
  saves: string[] = [];
  fault: Error | null = null;

  constructor(first: Held) {
    this.held = first;
  }

  readonly save = async (revision: number, given: Tree): Promise<Held> => {
    if (this.fault) throw this.fault;
    if (revision !== this.held.revision) throw new ApiError(409, "changed_meanwhile", "Changed.", {});
    this.saves.push(String(given.blocks[0]?.props.text));
    this.held = { ...held(revision + 1, ""), tree: given };
    return this.held;
  };

  readonly read = async (): Promise<Held> => this.held;
}

let server: Server;
let saver: Saver;

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server(held(1, "first"));
  saver = new Saver(server.held, server);
});
afterEach(() => vi.useRealTimers());

it("saves once, a moment after the last change", async () => {
  saver.edit(tree("a"));
  await vi.advanceTimersByTimeAsync(700);
  saver.edit(tree("ab"));
  expect(saver.current().saving.is).toBe("edited");
  await vi.advanceTimersByTimeAsync(700);
  expect(server.saves).toEqual([]);
  await vi.advanceTimersByTimeAsync(200);
  expect(server.saves).toEqual(["ab"]);
  expect(saver.current().saving.is).toBe("saved");
  expect(saver.isUnsaved).toBe(false);
});

it("saves what was written while it saved", async () => {
  let finish = () => undefined as void;
  const save = server.save;
  vi.spyOn(server, "save").mockImplementationOnce(async (...given) => {
    await new Promise<void>((done) => (finish = done));
    return save(...given);
  });
  saver = new Saver(server.held, server);
  saver.edit(tree("a"));
  await vi.advanceTimersByTimeAsync(800);
  saver.edit(tree("ab"));
  expect(saver.current().saving.is).toBe("saving");
  finish();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(server.saves).toEqual(["a", "ab"]);
  expect(saver.current()).toMatchObject({ saving: { is: "saved" }, tree: tree("ab") });
});

it("never saves over what somebody else has saved, until the author says so", async () => {
  server.held = held(2, "theirs", "Ada");
  saver.edit(tree("mine"));
  await vi.advanceTimersByTimeAsync(900);
  expect(saver.current().saving).toMatchObject({ is: "overtaken", theirs: { updatedBy: "Ada" } });
  saver.edit(tree("mine, more"));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(server.saves).toEqual([]);
  expect(await saver.flush()).toBe(false);
  await saver.overwrite();
  expect(server.saves).toEqual(["mine, more"]);
  expect(saver.current().saving.is).toBe("saved");
});

it("takes theirs, and has the editor show it", async () => {
  server.held = held(2, "theirs", "Ada");
  saver.seen(server.held);
  expect(saver.current().saving.is).toBe("overtaken");
  saver.takeTheirs();
  expect(saver.current()).toMatchObject({ tree: tree("theirs"), saving: { is: "saved" }, edition: 1 });
  saver.edit(tree("on top"));
  await vi.advanceTimersByTimeAsync(900);
  expect(server.saves).toEqual(["on top"]);
});

it("is not warned of its own saves, nor of a newer revision that says the same", async () => {
  saver.edit(tree("a"));
  await vi.advanceTimersByTimeAsync(900);
  saver.seen(server.held);
  saver.seen(held(1, "first"));
  saver.seen(held(9, "a", "Ada"));
  expect(saver.current().saving.is).toBe("saved");
});

it("says why it could not save, and tries again with the next change", async () => {
  server.fault = new ApiError(422, "invalid_tree", "No such block.");
  saver.edit(tree("a"));
  await vi.advanceTimersByTimeAsync(900);
  expect(saver.current().saving).toMatchObject({ is: "failed", error: { message: "No such block." } });
  expect(await saver.flush()).toBe(false);
  server.fault = null;
  saver.edit(tree("ab"));
  await vi.advanceTimersByTimeAsync(900);
  expect(server.saves).toEqual(["ab"]);
});

it("has nothing to save once a change was taken back", async () => {
  saver.edit(tree("a"));
  saver.edit(tree("first"));
  await vi.advanceTimersByTimeAsync(2_000);
  expect(saver.current().saving.is).toBe("saved");
  expect(server.saves).toEqual([]);
});

it("saves at once when asked to", async () => {
  saver.edit(tree("a"));
  expect(await saver.flush()).toBe(true);
  expect(server.saves).toEqual(["a"]);
});

it("shows what the author has brought back elsewhere, without a warning", () => {
  saver.adopt(held(5, "brought back"));
  expect(saver.current()).toMatchObject({ tree: tree("brought back"), saving: { is: "saved" }, edition: 1 });
  saver.seen(held(5, "brought back"));
  expect(saver.current().saving.is).toBe("saved");
});

it("tries again by itself when nobody answered", async () => {
  server.fault = new ApiError(0, "unreachable", "The server does not answer.");
  saver.edit(tree("a"));
  await vi.advanceTimersByTimeAsync(900);
  expect(saver.current().saving.is).toBe("failed");
  server.fault = null;
  await vi.advanceTimersByTimeAsync(6_000);
  expect(server.saves).toEqual(["a"]);
  expect(saver.current().saving.is).toBe("saved");
});

it("stops trying once it is told to show another", async () => {
  server.fault = new ApiError(503, "away", "Away.");
  saver.edit(tree("a"));
  await vi.advanceTimersByTimeAsync(900);
  saver.adopt(held(2, "theirs"));
  server.fault = null;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(server.saves).toEqual([]);
});
