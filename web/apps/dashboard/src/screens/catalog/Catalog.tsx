/** The catalogue of what can send events here. The search is kept in the address. */

import { Text, TextInput, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { catalogQuery } from "../../api/queries";
import type { CatalogEntry } from "../../api/types";
import { Empty, Failed, Loading } from "../../parts/States";
import { SearchIcon, WarningIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { Kinds } from "./Kinds";
import { Marks } from "./Marks";

const route = getRouteApi("/inside/catalog");
const SEARCH_DELAY_MS = 150;

export function Catalog() {
  const { q = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, isPending, refetch } = useQuery({ ...catalogQuery(q), placeholderData: keepPreviousData });
  return (
    <Page
      title="Catalogue"
      lead="Tools that can send their events here. Choose one to see what it sends and to add it."
    >
      <Kinds />
      <SearchBox q={q} onSearch={(text) => void navigate({ search: { q: text || undefined }, replace: true })} />
      {isPending ? (
        <Loading what="the catalogue" />
      ) : error ? (
        <Failed what="load the catalogue" error={error} retry={() => void refetch()} />
      ) : (
        <Tiles entries={data.data} q={q} />
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
      maw="28rem"
      mb="md"
      autoComplete="off"
    />
  );
}

function Tiles({ entries, q }: { entries: CatalogEntry[]; q: string }) {
  const found = entries.length === 1 ? "1 source" : `${entries.length} sources`;
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm" role="status">
        {q ? `${found} for “${q}”` : found}
      </Text>
      {entries.length === 0 ? (
        <Empty title={`Nothing in the catalogue matches “${q}”`}>
          <Text c="dimmed">Any program can send with the HTTP API source, and a new source is one file.</Text>
        </Empty>
      ) : (
        <ul className="hw-tiles">
          {entries.map((entry) => (
            <li key={entry.slug}>
              <Tile entry={entry} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Tile({ entry }: { entry: CatalogEntry }) {
  return (
    <Link to="/catalog/sources/$slug" params={{ slug: entry.slug }} className="hw-card hw-tile">
      <Title order={2}>{entry.name}</Title>
      <Marks entry={entry} />
      <Text size="sm" lineClamp={3}>
        {entry.description}
      </Text>
      <Text size="sm" c="dimmed" mt="auto">
        Maintained by {entry.maintainer.name}
        {entry.categories.length > 0 && <> · {entry.categories.join(", ")}</>}
      </Text>
      {entry.refusal && (
        <Text size="sm" style={{ display: "flex", gap: "0.4rem" }}>
          <WarningIcon size={16} />
          <span>Not for the region of this workspace</span>
        </Text>
      )}
    </Link>
  );
}
