/** Ask the warehouse: an editor, the tables one can ask, the answer as a table and as CSV. */

import { Button, Group, Kbd, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { runSql } from "../../api/calls";
import { columnsQuery } from "../../api/queries";
import { Failed, Loading } from "../../parts/States";
import { PlayIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { completionTables, toSchemas } from "./schemas";
import { Results } from "./Results";
import { SchemaTree } from "./SchemaTree";

const Editor = lazy(() => import("./Editor"));
const route = getRouteApi("/inside/sql");

const DRAFT_KEY = "headwater-sql-draft";
const FIRST_QUERY =
  "SELECT table_schema, table_name\nFROM information_schema.tables\nORDER BY table_schema, table_name";

export function Sql() {
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const [query, setQuery] = useState(() => q ?? localStorage.getItem(DRAFT_KEY) ?? FIRST_QUERY);
  const insert = useRef<(text: string) => void>(() => undefined);
  const columns = useQuery(columnsQuery);
  const schemas = useMemo(() => toSchemas(columns.data?.rows ?? []), [columns.data]);
  const tables = useMemo(() => completionTables(schemas), [schemas]);
  const run = useMutation({
    mutationFn: async (text: string) => {
      const begun = performance.now();
      const answer = await runSql(text);
      return { answer, tookMs: performance.now() - begun };
    },
  });
  useEffect(() => localStorage.setItem(DRAFT_KEY, query), [query]);
  const outcome = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (run.data ?? run.error) outcome.current?.scrollIntoView({ block: "nearest" });
  }, [run.data, run.error]);

  function start() {
    const text = query.trim();
    if (text === "" || run.isPending) return;
    void navigate({ search: { q: text }, replace: true });
    run.mutate(text);
  }

  return (
    <Page
      title="SQL"
      lead="One SELECT over your sources' schemas. A row can be queried at most two seconds after its event was taken."
    >
      <div className="hw-sql">
        <SchemaTree
          schemas={schemas}
          isPending={columns.isPending}
          error={columns.error}
          retry={() => void columns.refetch()}
          onInsert={(text) => insert.current(text)}
        />
        <Stack gap="md" style={{ minWidth: 0 }}>
          <div>
            <Suspense fallback={<Loading what="the editor" lines={2} />}>
              <Editor
                value={query}
                onChange={setQuery}
                onRun={start}
                tables={tables}
                onReady={(put) => {
                  insert.current = put;
                }}
              />
            </Suspense>
            <Group gap="sm" mt="sm">
              <Button leftSection={<PlayIcon />} loading={run.isPending} onClick={start}>
                Run
              </Button>
              <Text size="sm" c="dimmed">
                <Kbd>Ctrl</Kbd> or <Kbd>⌘</Kbd> + <Kbd>Enter</Kbd> in the editor
              </Text>
            </Group>
          </div>
          <div ref={outcome} className="hw-outcome">
            {run.error && <Failed what="run the query" error={run.error} />}
            {run.data && <Results answer={run.data.answer} tookMs={run.data.tookMs} />}
          </div>
        </Stack>
      </div>
    </Page>
  );
}
