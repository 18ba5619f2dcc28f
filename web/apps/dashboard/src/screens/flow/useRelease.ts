/** Releasing parked events: asked for, followed to its end, and told in a sentence. */

import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { queryClient } from "../../api/cache";
import { releaseParked } from "../../api/calls";
import { replayQuery } from "../../api/queries";
import type { Replay } from "../../api/types";
import { events } from "./books";

type Wish = { ids: string[] | null; count: number };

export function useRelease() {
  const release = useMutation({ mutationFn: async ({ ids }: Wish) => (await releaseParked(ids)).id });
  const id = release.data;
  const { data: progress, error } = useQuery({ ...replayQuery(id ?? ""), enabled: id !== undefined });
  const isEnded = progress !== undefined && progress.status !== "RUNNING";
  useEffect(() => {
    if (!isEnded) return;
    for (const key of ["parked", "accounting", "replays", "event"]) {
      void queryClient.invalidateQueries({ queryKey: [key] });
    }
  }, [isEnded, id]);
  return {
    release: (wish: Wish) => release.mutate(wish),
    isRunning: release.isPending || (id !== undefined && !isEnded && !error),
    outcome: progress && release.variables ? outcomeOf(progress, release.variables.count) : "",
    error: release.error ?? error,
  };
}

/** `asked` is how many events were to be released. */
export function outcomeOf({ status, events: released, error }: Replay, asked: number): string {
  if (status === "RUNNING") return "Releasing …";
  if (status === "FAILED") return `The release failed: ${error ?? "the server's log says why"}. What is left is still parked.`;
  if (released >= asked) return `${events(released)} released: clean now, and on to the readers.`;
  const why = asked === 1 ? "it is not mended, or it was" : "them is not mended, or they were";
  return `${released} of ${events(asked)} released. What stopped ${why} released before.`;
}
