/** Saving what belongs to the whole content. What somebody else changed meanwhile is never overwritten unseen. */

import { changeContent, content as readContent } from "../../api/content";
import type { Content, ContentChange } from "../../api/contentTypes";
import { ApiError } from "../../api/errors";
import { useOnce } from "../../api/once";
import { keepContent } from "./keep";
import { isSame } from "./same";

/** Somebody else was faster: what is there now, for the author to hold against what was to be saved. */
export class Meanwhile extends Error {
  readonly theirs: Content;

  constructor(theirs: Content) {
    super(`${theirs.updatedBy} changed this content meanwhile. Nothing was saved yet.`);
    this.theirs = theirs;
  }
}

/** `base`: what was there when the change was begun; where that still stands, nobody's work is in the way. */
export type Asked = { change: ContentChange; revision: number; base?: Partial<Content> };

type Doors = {
  save: (change: ContentChange & { revision: number }) => Promise<Content>;
  read: () => Promise<Content>;
};

/** Raises Meanwhile when another value stands there than that which was changed, or than that which is to be saved. */
export async function saved({ change, revision, base }: Asked, doors: Doors): Promise<Content> {
  try {
    return await doors.save({ ...change, revision });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== "changed_meanwhile") throw error;
  }
  // The revision is of all that belongs to the content, its designs too, so that it says little of this part.
  const theirs = await doors.read();
  const names = Object.keys(change) as (keyof typeof change & keyof Content)[];
  if (names.every((name) => isSame(theirs[name], change[name]))) return theirs;
  if (!base || !names.every((name) => isSame(theirs[name], base[name]))) throw new Meanwhile(theirs);
  return saved({ change, revision: theirs.revision, base }, doors);
}

/** `onSaved` is called though the form may be gone by then. */
export function useContentChange(content: Content, onSaved: () => void = () => undefined) {
  return useOnce({
    mutationFn: (asked: Asked) =>
      saved(asked, {
        save: (change) => changeContent(content.id, change),
        read: () => readContent(String(content.id)),
      }),
    onSuccess: async (answer) => {
      await keepContent(answer);
      onSaved();
    },
  });
}

export type ContentSave = ReturnType<typeof useContentChange>;
