/** Saving what belongs to the whole content. What somebody else changed meanwhile is never overwritten unseen. */

import { useMutation } from "@tanstack/react-query";
import { changeContent, content as readContent } from "../../api/content";
import type { Content, ContentChange } from "../../api/contentTypes";
import { ApiError } from "../../api/errors";
import { keepContent } from "./keep";

/** Somebody else was faster: what is there now, for the author to hold against what was to be saved. */
export class Meanwhile extends Error {
  readonly theirs: Content;

  constructor(theirs: Content) {
    super(`${theirs.updatedBy} changed this content meanwhile. Nothing was saved yet.`);
    this.theirs = theirs;
  }
}

type Asked = { change: ContentChange; revision: number };

export function useContentChange(content: Content) {
  return useMutation({
    mutationFn: async ({ change, revision }: Asked) => {
      try {
        return await changeContent(content.id, { ...change, revision });
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== "changed_meanwhile") throw error;
        throw new Meanwhile(await readContent(String(content.id)));
      }
    },
    onSuccess: keepContent,
  });
}

export type ContentSave = ReturnType<typeof useContentChange>;
