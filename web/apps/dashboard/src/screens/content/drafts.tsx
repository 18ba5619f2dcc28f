/** The drafts of the content that is open. They outlive the tabs of its page: leaving one loses nothing. */

import { createContext, type ReactNode, useContext, useEffect, useRef, useSyncExternalStore } from "react";
import { changeDocument, content as readContent } from "../../api/content";
import type { Content, Document, Tree } from "../../api/contentTypes";
import { keepContent } from "./keep";
import { type Draft, type Held, Saver } from "./saver";

class Drafts {
  private readonly savers = new Map<number, Saver>();
  private content: Content;

  constructor(content: Content) {
    this.content = content;
  }

  /** What was read of the server: what somebody else has changed is noticed. */
  take(content: Content): void {
    this.content = content;
    for (const document of content.documents) this.savers.get(document.id)?.seen(heldOf(document));
  }

  /** What the author has just done to the whole content, by this answer. */
  adopt(content: Content): void {
    this.content = content;
    for (const document of content.documents) this.savers.get(document.id)?.adopt(heldOf(document));
  }

  of(document: Document): Saver {
    const known = this.savers.get(document.id);
    if (known) return known;
    const made = new Saver(heldOf(document), {
      save: (revision, tree) => this.save(document.id, revision, tree),
      read: () => this.read(document.id),
    });
    this.savers.set(document.id, made);
    return made;
  }

  /** False: something could not be saved. */
  async flush(): Promise<boolean> {
    const done = await Promise.all([...this.savers.values()].map((saver) => saver.flush()));
    return done.every(Boolean);
  }

  get isUnsaved(): boolean {
    return [...this.savers.values()].some((saver) => saver.isUnsaved);
  }

  private async save(documentId: number, revision: number, tree: Tree): Promise<Held> {
    const saved = await changeDocument(this.content.id, documentId, { revision, tree });
    await keepContent(saved);
    return heldIn(saved, documentId);
  }

  private async read(documentId: number): Promise<Held> {
    const current = await readContent(String(this.content.id));
    await keepContent(current);
    return heldIn(current, documentId);
  }
}

const heldOf = ({ revision, tree, updatedAt, updatedBy }: Document): Held => ({ revision, tree, updatedAt, updatedBy });

function heldIn(content: Content, documentId: number): Held {
  const document = content.documents.find(({ id }) => id === documentId);
  if (!document) throw new Error("This design was deleted meanwhile.");
  return heldOf(document);
}

const Context = createContext<Drafts | null>(null);

export function DraftsOf({ content, children }: { content: Content; children: ReactNode }) {
  const drafts = useRef<Drafts | null>(null);
  drafts.current ??= new Drafts(content);
  const held = drafts.current;
  useEffect(() => held.take(content), [held, content]);
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (!held.isUnsaved) return;
      void held.flush();
      event.preventDefault();
    };
    window.addEventListener("beforeunload", warn);
    return () => {
      window.removeEventListener("beforeunload", warn);
      void held.flush();
    };
  }, [held]);
  return <Context.Provider value={held}>{children}</Context.Provider>;
}

export function useDrafts(): Drafts {
  return useContext(Context) as Drafts;
}

export function useDraft(saver: Saver): Draft {
  return useSyncExternalStore(saver.subscribe, saver.current);
}
