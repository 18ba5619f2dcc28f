import { expect, it } from "vitest";
import type { Content, ContentChange } from "../../api/contentTypes";
import { ApiError } from "../../api/errors";
import { Meanwhile, saved } from "./useContentChange";

/** A server that holds one content and refuses to save over a newer one. */
class Server {
  content = { name: "Old", slug: "old", revision: 1, updatedBy: "Ann" } as Content;
  saves = 0;

  readonly save = async ({ revision, ...change }: ContentChange & { revision: number }): Promise<Content> => {
    if (revision !== this.content.revision) throw new ApiError(409, "changed_meanwhile", "Changed.", {});
    this.saves += 1;
    this.content = { ...this.content, ...change, revision: revision + 1 } as Content;
    return this.content;
  };

  readonly read = async (): Promise<Content> => this.content;
}

const asked = { change: { name: "New" }, revision: 1, base: { name: "Old" } };

it("saves over what was changed in another part of the content, as by a design that saves itself", async () => {
  const server = new Server();
  server.content = { ...server.content, slug: "other", revision: 7 };
  expect(await saved(asked, server)).toMatchObject({ name: "New", slug: "other", revision: 8 });
});

it("has nothing to do where it is there already, as after a second press", async () => {
  const server = new Server();
  await saved(asked, server);
  expect(await saved(asked, server)).toMatchObject({ name: "New", revision: 2 });
  expect(server.saves).toBe(1);
});

it("overwrites nothing unseen", async () => {
  const server = new Server();
  server.content = { ...server.content, name: "Theirs", revision: 2 };
  await expect(saved(asked, server)).rejects.toThrow(Meanwhile);
  await expect(saved({ ...asked, base: undefined }, server)).rejects.toThrow("Ann changed this content meanwhile");
  expect(server.content.name).toBe("Theirs");
});

it("passes on what else went wrong", async () => {
  const server = new Server();
  const save = () => Promise.reject(new ApiError(409, "slug_taken", "Taken."));
  await expect(saved(asked, { ...server, save })).rejects.toThrow("Taken.");
});
