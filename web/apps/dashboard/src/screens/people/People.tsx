/** People: searched by id, e-mail address, name, trait or segment, those who were seen last first. */

import { Button, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { peopleQuery, segmentsQuery } from "../../api/peopleQueries";
import type { Person, PersonPage } from "../../api/types";
import { Failed, Loading } from "../../parts/States";
import { Shown } from "../../parts/Shown";
import { When } from "../../parts/When";
import { SearchIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { nameOf, secondNameOf } from "./names";
import { Ways } from "./Ways";

const route = getRouteApi("/inside/people");
const STEP = 50;
const SEARCH_DELAY_MS = 250;

export type Search = { q?: string; trait?: string; value?: string; segment?: string; page?: number };

export function People() {
  const search = route.useSearch();
  const { q = "", trait = "", value = "", segment, page = 1 } = search;
  const asked = {
    q,
    traits: trait !== "" && value !== "" ? { [trait]: value } : {},
    segmentId: segment ?? null,
    limit: STEP,
    offset: (page - 1) * STEP,
  };
  const { data, error, isPending, refetch } = useQuery(peopleQuery(asked));
  const isSearch = Boolean(q || segment || (trait && value));
  return (
    <Page
      title="People"
      lead="Who was seen, what is known of each, and which segments hold them."
      actions={
        <Button variant="default" renderRoot={(props) => <Link to="/people/troubleshooting" {...props} />}>
          Traits are not appearing?
        </Button>
      }
    >
      <SearchForm />
      {isPending ? (
        <Loading what="the people" />
      ) : error && !data ? (
        <Failed what="load the people" error={error} retry={() => void refetch()} />
      ) : data.pagination.total === 0 && !isSearch ? (
        <Ways />
      ) : data.pagination.total === 0 ? (
        <Text role="status">Nobody matches.</Text>
      ) : (
        <Found data={data} page={page} />
      )}
    </Page>
  );
}

function SearchForm() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: segments } = useQuery(segmentsQuery);
  const [q, setQ] = useState(search.q ?? "");
  const [trait, setTrait] = useState(search.trait ?? "");
  const [value, setValue] = useState(search.value ?? "");
  const written = useRef(search);
  const put = (part: Search) => {
    written.current = { ...written.current, ...part, page: undefined };
    void navigate({ search: written.current, replace: true, resetScroll: false });
  };
  // Back and forward lead to other searches, which the fields then show.
  useEffect(() => {
    const same = (["q", "trait", "value", "segment"] as const).every((each) => written.current[each] === search[each]);
    written.current = search;
    if (same) return;
    setQ(search.q ?? "");
    setTrait(search.trait ?? "");
    setValue(search.value ?? "");
  }, [search]);
  useEffect(() => {
    const wanted = { q: q.trim() || undefined, trait: trait.trim() || undefined, value: value || undefined };
    if ((["q", "trait", "value"] as const).every((each) => wanted[each] === written.current[each])) return;
    const timer = setTimeout(() => put(wanted), SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [q, trait, value]);
  const stay = (event: FormEvent) => event.preventDefault();
  return (
    <form onSubmit={stay} role="search" aria-label="People" className="hw-search">
      <TextInput
        label="User id, e-mail or name"
        type="search"
        value={q}
        onChange={(event) => setQ(event.currentTarget.value)}
        leftSection={<SearchIcon />}
        autoComplete="off"
        spellCheck={false}
        className="hw-search-wide"
      />
      <TextInput
        label="Trait"
        placeholder="plan"
        value={trait}
        onChange={(event) => setTrait(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
      />
      <TextInput
        label="is"
        aria-label="Value of the trait"
        placeholder="pro"
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
      />
      <NativeSelect
        label="Segment"
        value={search.segment ?? ""}
        data={[
          { value: "", label: "any" },
          ...(segments?.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(event) => put({ segment: event.currentTarget.value || undefined })}
      />
    </form>
  );
}

function Found({ data, page }: { data: PersonPage; page: number }) {
  const navigate = route.useNavigate();
  const { total, offset } = data.pagination;
  const last = Math.min(total, offset + data.data.length);
  const turn = (to: number) => void navigate({ search: (old) => ({ ...old, page: to > 1 ? to : undefined }) });
  if (data.data.length === 0)
    return (
      <Group gap="sm">
        <Text role="status">There are no more people on this page.</Text>
        <Button variant="default" size="compact-sm" onClick={() => turn(1)}>
          To the first page
        </Button>
      </Group>
    );
  return (
    <>
      <Table people={data.data} />
      <Group mt="sm" gap="sm">
        <Text size="sm" c="dimmed" role="status">
          {total === 1 ? "1 person" : `${(offset + 1).toLocaleString("en")}–${last.toLocaleString("en")} of ${total.toLocaleString("en")} people`}
        </Text>
        {total > STEP && (
          <>
            <Button variant="default" size="compact-sm" disabled={page <= 1} onClick={() => turn(page - 1)}>
              Previous
            </Button>
            <Button variant="default" size="compact-sm" disabled={last >= total} onClick={() => turn(page + 1)}>
              Next
            </Button>
          </>
        )}
      </Group>
    </>
  );
}

function Table({ people }: { people: Person[] }) {
  const { data: segments } = useQuery(segmentsQuery);
  const nameOfSegment = (id: string) => segments?.data.find((each) => each.id === id)?.name ?? id;
  return (
    <div className="hw-card" style={{ padding: 0, overflow: "hidden" }}>
      <table className="hw-table hw-stack">
        <caption className="hw-sr">People</caption>
        <thead>
          <tr>
            <th scope="col">Person</th>
            <th scope="col">Ids</th>
            <th scope="col">Segments</th>
            <th scope="col">Last seen</th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.id}>
              <th scope="row">
                <Link to="/people/$id" params={{ id: person.id }} className="hw-link">
                  <Shown text={nameOf(person)} />
                </Link>
                <Text size="sm" c="dimmed" fw={400}>
                  {secondNameOf(person) && <Shown text={secondNameOf(person)} />}
                </Text>
              </th>
              <td data-label="Ids" className="hw-mono">
                <ShortIds person={person} />
              </td>
              <td data-label="Segments">{shortList(person.segments.map(nameOfSegment))}</td>
              <td data-label="Last seen">
                <When at={person.lastSeenAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const SHOWN = 5;

function shortList(names: string[]): string {
  if (names.length <= SHOWN) return names.join(", ");
  return `${names.slice(0, SHOWN).join(", ")} and ${names.length - SHOWN} more`;
}

function ShortIds({ person: { userIds, anonymousIds } }: { person: Person }) {
  const [first, second, ...others] = [...userIds, ...anonymousIds];
  if (first === undefined) return null;
  return (
    <>
      <Shown text={first} />
      {others.length > 0 ? ` and ${others.length + 1} more` : second !== undefined && <>, <Shown text={second} /></>}
    </>
  );
}
