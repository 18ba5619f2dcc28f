/** The sources of the workspace, with when each last heard something. */

import { Badge, Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { sourcesQuery } from "../../api/queries";
import type { Source } from "../../api/types";
import { Empty, Failed, Loading } from "../../parts/States";
import { When } from "../../parts/When";
import { PlusIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";

export function Sources() {
  const { data, error, isPending, refetch } = useQuery(sourcesQuery);
  return (
    <Page
      title="Sources"
      lead="Where events come from. Each has a write key and a schema of its own."
      actions={<AddButton />}
    >
      {isPending ? (
        <Loading what="the sources" />
      ) : error && !data ? (
        <Failed what="load the sources" error={error} retry={() => void refetch()} />
      ) : data.data.length === 0 ? (
        <Empty title="No source yet">
          <Text c="dimmed" mb="md">
            Add one from the catalogue, copy its write key, and its events are rows you can query.
          </Text>
          <AddButton />
        </Empty>
      ) : (
        <SourceTable sources={data.data} />
      )}
    </Page>
  );
}

function AddButton() {
  return (
    <Button leftSection={<PlusIcon />} renderRoot={(props) => <Link to="/catalog" {...props} />}>
      Add Source
    </Button>
  );
}

function SourceTable({ sources }: { sources: Source[] }) {
  return (
    <div className="hw-card" style={{ padding: 0, overflow: "hidden" }}>
      <table className="hw-table hw-stack">
        <caption className="hw-sr">Sources</caption>
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">Schema</th>
            <th scope="col">Catalogue</th>
            <th scope="col">State</th>
            <th scope="col">Last event</th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => (
            <tr key={source.id}>
              <th scope="row">
                <Link to="/sources/$id" params={{ id: source.id }} style={{ color: "var(--mantine-color-anchor)" }}>
                  {source.name}
                </Link>
              </th>
              <td data-label="Schema" className="hw-mono">
                {source.schema}
              </td>
              <td data-label="Catalogue">{source.catalog}</td>
              <td data-label="State">
                <Badge variant={source.enabled ? "default" : "outline"}>
                  {source.enabled ? "enabled" : "disabled"}
                </Badge>
              </td>
              <td data-label="Last event">
                {source.lastEventAt ? (
                  <When at={source.lastEventAt} />
                ) : (
                  <Text c="dimmed" size="sm" component="span">
                    none yet
                  </Text>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
