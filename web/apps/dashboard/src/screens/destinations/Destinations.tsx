/** The destinations of the workspace and how each fares. */

import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { destinationsQuery } from "../../api/sendingQueries";
import type { Destination } from "../../api/types";
import { Empty, Failed, Loading } from "../../parts/States";
import { When } from "../../parts/When";
import { PlusIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { ConnectionMarks } from "../sending/Status";

export function Destinations() {
  const { data, error, isPending, refetch } = useQuery(destinationsQuery);
  return (
    <Page
      title="Destinations"
      lead="Where the events of your sources are sent as they come. Webhooks stand under Settings › Integrations."
      actions={<Add />}
    >
      {isPending ? (
        <Loading what="the destinations" />
      ) : error && !data ? (
        <Failed what="load the destinations" error={error} retry={() => void refetch()} />
      ) : data.data.length === 0 ? (
        <Empty title="No destination yet">
          <Text c="dimmed" mb="md">
            Add one from the catalogue and choose whose events go there. Nothing else changes for your sources.
          </Text>
          <Add />
        </Empty>
      ) : (
        <DestinationTable destinations={data.data} />
      )}
    </Page>
  );
}

function Add() {
  return (
    <Button leftSection={<PlusIcon />} renderRoot={(props) => <Link to="/catalog/destinations" {...props} />}>
      Add Destination
    </Button>
  );
}

function DestinationTable({ destinations }: { destinations: Destination[] }) {
  return (
    <div className="hw-card" style={{ padding: 0, overflow: "hidden" }}>
      <table className="hw-table hw-stack">
        <caption className="hw-sr">Destinations</caption>
        <thead>
          <tr>
            <th scope="col">Destination</th>
            <th scope="col">Catalogue</th>
            <th scope="col">Status</th>
            <th scope="col">Waiting</th>
            <th scope="col">Last delivered</th>
          </tr>
        </thead>
        <tbody>
          {destinations.map((destination) => (
            <tr key={destination.id}>
              <th scope="row">
                <Link
                  to="/destinations/$id"
                  params={{ id: destination.id }}
                  style={{ color: "var(--mantine-color-anchor)" }}
                >
                  {destination.name}
                </Link>
              </th>
              <td data-label="Catalogue">{destination.catalog}</td>
              <td data-label="Status">
                <ConnectionMarks {...destination} />
              </td>
              <td data-label="Waiting">{destination.state?.pending.toLocaleString("en") ?? "–"}</td>
              <td data-label="Last delivered">
                {destination.state?.lastDeliveredAt ? (
                  <When at={destination.state.lastDeliveredAt} />
                ) : (
                  <Text c="dimmed" size="sm" component="span">
                    never
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
