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
