/**
 * Keeps the draft of one document: what is changed here is saved a moment after the last change, and never over what
 * somebody else saved meanwhile. Then it waits until the author has seen theirs and chosen.
 */

import { ApiError } from "../../api/errors";
import type { Tree } from "../../api/contentTypes";
import { isSame } from "./same";

/** What the server holds of a document's draft. */
export type Held = { revision: number; tree: Tree; updatedAt: string; updatedBy: string };

export type Saving =
  | { is: "saved" }
  | { is: "edited" }
  | { is: "saving" }
  /** It could not be saved. It is tried again with the next change, when asked, and by itself where nobody answered. */
  | { is: "failed"; error: Error }
  /** Somebody else saved another draft since ours was read. */
  | { is: "overtaken"; theirs: Held };

export type Draft = {
  tree: Tree;
  saving: Saving;
  /** Another number: the tree was not changed by the editor but replaced, so it has to be shown anew. */
  edition: number;
};

type Door = {
  /** Saves a tree over the revision; throws the API's error. */
  save: (revision: number, tree: Tree) => Promise<Held>;
  /** What the server holds now. */
  read: () => Promise<Held>;
};

const DELAY_MS = 800;
/** How soon it is tried again where nobody answered, or the server was at fault. */
const AGAIN_MS = 5_000;

export class Saver {
  private base: Held;
  private draft: Draft;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(
    held: Held,
    private readonly door: Door,
  ) {
    this.base = held;
    this.draft = { tree: held.tree, saving: { is: "saved" }, edition: 0 };
  }

  readonly current = (): Draft => this.draft;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Whether something here is not on the server. */
  get isUnsaved(): boolean {
    return !isSame(this.draft.tree, this.base.tree);
  }

  edit(tree: Tree): void {
    const { saving } = this.draft;
    if (saving.is === "overtaken") return this.put({ tree });
    if (saving.is === "saving") return this.put({ tree });
    // Whether it is another one at all is looked at when it is saved: an edit has to be quick.
    this.put({ tree, saving: { is: "edited" } });
    this.schedule();
  }

  /** What was read of the server, now and then. */
  seen(held: Held): void {
    if (held.revision <= this.base.revision || this.running) return;
    if (isSame(held.tree, this.base.tree) || isSame(held.tree, this.draft.tree)) {
      this.base = held;
      if (this.draft.saving.is === "overtaken") this.settle();
      return;
    }
    clearTimeout(this.timer);
    this.put({ saving: { is: "overtaken", theirs: held } });
  }

  takeTheirs(): void {
    const { saving, edition } = this.draft;
    if (saving.is !== "overtaken") return;
    this.base = saving.theirs;
    this.put({ tree: saving.theirs.tree, saving: { is: "saved" }, edition: edition + 1 });
  }

  /** What the author has just done elsewhere on the page has put another tree here: it is shown, and no warning. */
  adopt(held: Held): void {
    clearTimeout(this.timer);
    const isOther = !isSame(held.tree, this.draft.tree);
    this.base = held;
    this.put({ tree: held.tree, saving: { is: "saved" }, edition: this.draft.edition + (isOther ? 1 : 0) });
  }

  /** Resolves once ours is saved, or has been overtaken once more. */
  async overwrite(): Promise<void> {
    const { saving } = this.draft;
    if (saving.is !== "overtaken") return;
    this.base = saving.theirs;
    this.put({ saving: { is: "edited" } });
    await this.flush();
  }

  /** Puts another tree in the draft's place, such as a copy, and saves it at once. */
  async replace(tree: Tree): Promise<void> {
    this.put({ tree, edition: this.draft.edition + 1, saving: { is: "edited" } });
    await this.flush();
  }

  /** Saves what is not saved yet. False: it could not be, and the draft says why. */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer);
    await this.running;
    while (this.isUnsaved && this.draft.saving.is !== "overtaken") {
      await this.save();
      if (this.draft.saving.is === "failed") return false;
    }
    if (this.draft.saving.is === "edited") this.put({ saving: { is: "saved" } });
    return !this.isUnsaved;
  }

  private schedule(): void {
    clearTimeout(this.timer);
    if (this.draft.saving.is === "edited") this.timer = setTimeout(() => void this.flush(), DELAY_MS);
  }

  private retry(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), AGAIN_MS);
  }

  private save(): Promise<void> {
    this.running ??= this.send().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async send(): Promise<void> {
    const { tree } = this.draft;
    this.put({ saving: { is: "saving" } });
    try {
      const held = await this.door.save(this.base.revision, tree);
      // What the server has put in by itself is no change of ours; it comes with the next reading.
      this.base = { ...held, tree };
      this.settle();
    } catch (error) {
      await this.refused(error as Error);
    }
  }

  private async refused(error: Error): Promise<void> {
    if (!(error instanceof ApiError) || error.code !== "changed_meanwhile") {
      this.put({ saving: { is: "failed", error } });
      if (error instanceof ApiError && (error.status === 0 || error.status >= 500)) this.retry();
      return;
    }
    try {
      this.put({ saving: { is: "overtaken", theirs: await this.door.read() } });
    } catch (reading) {
      this.put({ saving: { is: "failed", error: reading as Error } });
    }
  }

  private settle(): void {
    this.put({ saving: this.isUnsaved ? { is: "edited" } : { is: "saved" } });
    this.schedule();
  }

  private put(part: Partial<Draft>): void {
    this.draft = { ...this.draft, ...part };
    for (const listener of this.listeners) listener();
  }
}
