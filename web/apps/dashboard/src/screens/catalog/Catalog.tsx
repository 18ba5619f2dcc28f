/** The catalogue: what can send events here, and where they can go. Search is kept in the address. */

import { SegmentedControl, Text, TextInput, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { catalogQuery, destinationsQuery, workspaceQuery } from "../../api/queries";
import type { CatalogEntry } from "../../api/types";
import { Empty, Failed, Loading } from "../../parts/States";
import { SearchIcon, WarningIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { Marks } from "./Marks";
import { regionRefusal } from "./region";

const route = getRouteApi("/inside/catalog");
const SEARCH_DELAY_MS = 150;

export function Catalog() {
  const { q = "", show = "sources" } = route.useSearch();
  const navigate = route.useNavigate();
  const isDestinations = show === "destinations";
  const { data, error, isPending, refetch } = useQuery({
    ...(isDestinations ? destinationsQuery(q) : catalogQuery(q)),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Catalogue" lead="Tools that can send their events here. Choose one to see what it sends and to add it.">
      <div style={{ display: "flex", flexWrap: "wrap", gap: "0.75rem", alignItems: "end", marginBlockEnd: "1rem" }}>
        <SearchBox q={q} onSearch={(text) => void navigate({ search: { q: text || undefined, show: isDestinations ? show : undefined }, replace: true })} />
        <SegmentedControl
          aria-label="What to show"
          value={show}
          onChange={(value) =>
            void navigate({ search: { q: q || undefined, show: value === "destinations" ? value : undefined } })
          }
          data={[
            { value: "sources", label: "Sources" },
            { value: "destinations", label: "Destinations" },
          ]}
        />
      </div>
      {isPending ? (
        <Loading what="the catalogue" />
      ) : error ? (
        <Failed what="load the catalogue" error={error} retry={() => void refetch()} />
      ) : (
        <Tiles entries={data.data} q={q} isDestinations={isDestinations} />
      )}
    </Page>
  );
}

function SearchBox({ q, onSearch }: { q: string; onSearch: (q: string) => void }) {
  const [text, setText] = useState(q);
  useEffect(() => {
    if (text === q) return;
    const timer = setTimeout(() => onSearch(text), SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
    // Only typing starts a search; `onSearch` is new on every render.
  }, [text]);
  return (
    <TextInput
      label="Search the catalogue"
      type="search"
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      leftSection={<SearchIcon />}
      style={{ flex: "1 1 16rem", maxWidth: "28rem" }}
      autoComplete="off"
    />
  );
}

function Tiles({ entries, q, isDestinations }: { entries: CatalogEntry[]; q: string; isDestinations: boolean }) {
  const found = `${entries.length} ${isDestinations ? "destination" : "source"}${entries.length === 1 ? "" : "s"}`;
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm" role="status">
        {q ? `${found} for “${q}”` : found}
      </Text>
      {entries.length === 0 ? (
        <Empty title={q ? `Nothing in the catalogue is called “${q}”` : "There is nothing here yet"}>
          <Text c="dimmed">
            {isDestinations
              ? "Destinations are where events are sent on to."
              : "Any program can send with the HTTP API source; a new source is one file in the catalogue."}
          </Text>
        </Empty>
      ) : (
        <ul className="hw-tiles">
          {entries.map((entry) => (
            <li key={entry.slug}>
              <Tile entry={entry} isDestination={isDestinations} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Tile({ entry, isDestination }: { entry: CatalogEntry; isDestination: boolean }) {
  const { data: workspace } = useQuery(workspaceQuery);
  const refusal = regionRefusal(entry, workspace?.region);
  return (
    <Link
      to={isDestination ? "/catalog/destinations/$slug" : "/catalog/sources/$slug"}
      params={{ slug: entry.slug }}
      className="hw-card hw-tile"
    >
      <Title order={2}>{entry.name}</Title>
      <Marks entry={entry} />
      <Text size="sm" lineClamp={3}>
        {entry.description}
      </Text>
      <Text size="sm" c="dimmed" mt="auto">
        Maintained by {entry.maintainer.name}
        {entry.categories.length > 0 && <> · {entry.categories.join(", ")}</>}
      </Text>
      {refusal && (
        <Text size="sm" style={{ display: "flex", gap: "0.4rem" }}>
          <WarningIcon size={16} />
          <span>Not for this workspace: its region is {workspace?.region.toUpperCase()}</span>
        </Text>
      )}
    </Link>
  );
}
