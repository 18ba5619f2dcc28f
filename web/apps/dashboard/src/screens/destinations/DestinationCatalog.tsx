/** The catalogue of what events can be sent to. */

import { Text, TextInput, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { catalogDestinationsQuery } from "../../api/sendingQueries";
import type { CatalogDestination } from "../../api/types";
import { Empty, Failed, Loading } from "../../parts/States";
import { SearchIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { Kinds } from "../catalog/Kinds";

export function DestinationCatalog() {
  const [q, setQ] = useState("");
  const { data, error, isPending, refetch } = useQuery({
    ...catalogDestinationsQuery(q.trim()),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Catalogue of destinations" lead="Tools that the events of your sources can be sent to.">
      <Kinds />
      <TextInput
        label="Search the destinations"
        type="search"
        value={q}
        onChange={(event) => setQ(event.currentTarget.value)}
        leftSection={<SearchIcon />}
        maw="28rem"
        mb="md"
        autoComplete="off"
      />
      {isPending ? (
        <Loading what="the destinations" />
      ) : error && !data ? (
        <Failed what="load the destinations" error={error} retry={() => void refetch()} />
      ) : data.data.length === 0 ? (
        <Empty title={`No destination matches “${q}”`}>
          <Text c="dimmed">The Webhook destination reaches any HTTP receiver, and a new destination is one file.</Text>
        </Empty>
      ) : (
        <ul className="hw-tiles">
          {data.data.map((entry) => (
            <li key={entry.slug}>
              <Tile entry={entry} />
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}

function Tile({ entry }: { entry: CatalogDestination }) {
  return (
    <Link to="/catalog/destinations/$slug" params={{ slug: entry.slug }} className="hw-card hw-tile">
      <Title order={2}>{entry.name}</Title>
      <Text size="sm" lineClamp={3}>
        {entry.description}
      </Text>
      <Text size="sm" c="dimmed" mt="auto">
        Maintained by {entry.maintainer.name}
        {entry.categories.length > 0 && <> · {entry.categories.join(", ")}</>}
      </Text>
    </Link>
  );
}
