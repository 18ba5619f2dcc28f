/** One source: its key and how to send with it, its events as they arrive, and what can be changed of it. */

import { Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { catalogSourceQuery, sourceQuery } from "../../api/queries";
import type { CatalogEntry, Source as SourceValue } from "../../api/types";
import { CatalogLink } from "../../parts/CatalogLink";
import { Failed, Loading } from "../../parts/States";
import { TableIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { fold } from "../../words/fold";
import { Connect } from "./Connect";
import { LiveEvents } from "./LiveEvents";
import { Manage } from "./Manage";
import { SetUpSteps } from "./SetUpSteps";

const route = getRouteApi("/inside/sources/$id");

export function Source() {
  const { id } = route.useParams();
  const { added = false } = route.useSearch();
  const { data: source, error, isPending, refetch } = useQuery(sourceQuery(id));
  const { data: entry } = useQuery({
    ...catalogSourceQuery(source?.catalog ?? ""),
    enabled: source !== undefined && !source.builtin,
  });
  if (isPending) return <Loading what="the source" lines={4} />;
  if (error && !source) {
    return (
      <Page title="Source">
        <Failed what="show this source" error={error} retry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <Page
      title={source.name}
      place={`source ${id}`}
      lead={<Facts source={source} entry={entry} />}
      actions={<QueryButton source={source} entry={entry} />}
    >
      <div className="hw-source">
        <Stack gap="lg">
          {added && <SetUpSteps entry={entry} isOpen />}
          <Connect source={source} entry={entry} />
          {!added && <SetUpSteps entry={entry} isOpen={false} />}
        </Stack>
        <LiveEvents source={source} />
        <Manage source={source} entry={entry} />
      </div>
    </Page>
  );
}

function Facts({ source, entry }: { source: SourceValue; entry: CatalogEntry | undefined }) {
  return (
    <Group gap="sm">
      <Text size="sm">
        Schema <span className="hw-mono">{source.schema}</span>
      </Text>
      <Text size="sm" c="dimmed">
        {source.builtin ? (
          "built in"
        ) : (
          <>
            from the catalogue: <CatalogLink kind="source" slug={source.catalog} />
          </>
        )}
      </Text>
      {entry?.related && (
        <Text size="sm" c="dimmed">
          related destination: <CatalogLink kind="destination" slug={entry.related} />
        </Text>
      )}
      {!source.enabled && <Badge variant="outline">disabled</Badge>}
    </Group>
  );
}

/** To the SQL screen with a query of the source's first table. */
function QueryButton({ source, entry }: { source: SourceValue; entry: CatalogEntry | undefined }) {
  const first = entry?.events[0];
  const table = first ? fold(first.name) : "tracks";
  const q = `SELECT *\nFROM ${source.schema}.${table}\nORDER BY received_at DESC\nLIMIT 100`;
  return (
    <Button
      variant="default"
      leftSection={<TableIcon />}
      renderRoot={(props) => <Link to="/sql" search={{ q }} {...props} />}
    >
      Query with SQL
    </Button>
  );
}
