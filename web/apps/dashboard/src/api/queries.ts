/** What the screens read, as query options: one key and one call each, so that a change refreshes all who show it. */

import { queryOptions } from "@tanstack/react-query";
import * as calls from "./calls";

export const workspaceQuery = queryOptions({ queryKey: ["workspace"], queryFn: calls.workspace, staleTime: 60_000 });

/** Who is signed in, and the address that senders outside use. */
export const meQuery = queryOptions({ queryKey: ["me"], queryFn: calls.me, staleTime: 60_000 });

export const catalogQuery = (q: string) =>
  queryOptions({ queryKey: ["catalog", "sources", q], queryFn: () => calls.catalogSources(q), staleTime: 300_000 });

export const catalogSourceQuery = (slug: string) =>
  queryOptions({ queryKey: ["catalog", "source", slug], queryFn: () => calls.catalogSource(slug), staleTime: 300_000 });

export const sourcesQuery = queryOptions({
  queryKey: ["sources"],
  queryFn: calls.sources,
  refetchInterval: 10_000,
});

export const sourceQuery = (id: string) => queryOptions({ queryKey: ["source", id], queryFn: () => calls.source(id) });

/** Asked again every two seconds, but not while nobody looks at the page. */
export const accountingQuery = queryOptions({
  queryKey: ["accounting"],
  queryFn: calls.accounting,
  refetchInterval: 2_000,
  staleTime: 0,
});

export const parkedQuery = (limit: number) =>
  queryOptions({ queryKey: ["parked", limit], queryFn: () => calls.parked(limit), refetchInterval: 5_000 });

/** What became of one event; asked again while a reader has still to take it. */
export const eventQuery = (messageId: string) =>
  queryOptions({
    queryKey: ["event", messageId],
    queryFn: () => calls.event(messageId),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.readers.some(({ status }) => status === "pending") ? 1_000 : false),
  });

const RUNNING_MS = 500;

export const replaysQuery = queryOptions({
  queryKey: ["replays"],
  queryFn: calls.replays,
  refetchInterval: ({ state }) => (state.data?.data.some(({ status }) => status === "RUNNING") ? RUNNING_MS : 10_000),
});

export const replayQuery = (id: string) =>
  queryOptions({
    queryKey: ["replay", id],
    queryFn: () => calls.replay(id),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data && state.data.status !== "RUNNING" ? false : RUNNING_MS),
  });

/** The tables one can query, for the schema browser and the editor's completion. */
export const columnsQuery = queryOptions({
  queryKey: ["columns"],
  queryFn: () =>
    calls.runSql(
      "SELECT table_schema, table_name, column_name, data_type FROM information_schema.columns " +
        "ORDER BY table_schema, table_name, ordinal_position",
    ),
  staleTime: 15_000,
});
