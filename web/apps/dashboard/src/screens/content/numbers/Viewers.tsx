/** Who saw it: the latest first, to search, with the way to each person. */

import { Button, Group, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type NumbersSearch, viewersFileAddress } from "../../../api/content";
import { viewersQuery } from "../../../api/contentQueries";
import type { Content, Viewer } from "../../../api/contentTypes";
import { Shown } from "../../../parts/Shown";
import { Failed, Loading } from "../../../parts/States";
import { When } from "../../../parts/When";
import { DownloadIcon, SearchIcon } from "../../../shell/icons";
import { count } from "./period";

const STEP = 25;
const DELAY_MS = 250;

export function Viewers({ content, search }: { content: Content; search: NumbersSearch }) {
  const [words, setWords] = useState("");
  const [q, setQ] = useState("");
  const [page, setPage] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => {
      setQ(words.trim());
      setPage(0);
    }, DELAY_MS);
    return () => clearTimeout(timer);
  }, [words]);
  const asked = q ? { ...search, q } : search;
  const { data, error, isPending, refetch } = useQuery(
    viewersQuery(content.id, { ...asked, limit: STEP, offset: page * STEP }),
  );
  return (
    <section className="hw-card" aria-labelledby="viewers">
      <Group justify="space-between" gap="sm" mb="sm">
        <h2 id="viewers" className="hw-heading">
          Who saw it
        </h2>
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<DownloadIcon size={14} />}
          renderRoot={(props) => <a {...props} href={viewersFileAddress(content.id, asked)} download />}
        >
          Viewers as CSV
        </Button>
      </Group>
      <TextInput
        label="Part of an id or e-mail address"
        type="search"
        value={words}
        onChange={(event) => setWords(event.currentTarget.value)}
        leftSection={<SearchIcon />}
        autoComplete="off"
        spellCheck={false}
        maw="24rem"
        mb="sm"
      />
      {isPending ? (
        <Loading what="the viewers" lines={2} />
      ) : error && !data ? (
        <Failed what="load the viewers" error={error} retry={() => void refetch()} />
      ) : data.data.length === 0 ? (
        <Text role="status">{q ? "Nobody matches." : "Nobody saw it in this time."}</Text>
      ) : (
        <>
          <Table viewers={data.data} />
          <Group mt="sm" gap="sm">
            <Text size="sm" c="dimmed" role="status">
              {`${count(page * STEP + 1)}–${count(page * STEP + data.data.length)} of ${count(data.pagination.total)}`}
            </Text>
            {data.pagination.total > STEP && (
              <>
                <Button variant="default" size="compact-sm" disabled={page === 0} onClick={() => setPage(page - 1)}>
                  Previous
                </Button>
                <Button
                  variant="default"
                  size="compact-sm"
                  disabled={(page + 1) * STEP >= data.pagination.total}
                  onClick={() => setPage(page + 1)}
                >
                  Next
                </Button>
              </>
            )}
          </Group>
        </>
      )}
    </section>
  );
}

function Table({ viewers }: { viewers: Viewer[] }) {
  return (
    <table className="hw-table hw-stack">
      <caption className="hw-sr">Who saw it, the latest first</caption>
      <thead>
        <tr>
          <th scope="col">Person</th>
          <th scope="col">Views</th>
          <th scope="col">Interactions</th>
          <th scope="col">Last view</th>
        </tr>
      </thead>
      <tbody>
        {viewers.map((viewer, index) => (
          <tr key={index}>
            <th scope="row">
              <Who viewer={viewer} />
            </th>
            <td data-label="Views" className="hw-figure">
              {count(viewer.views)}
            </td>
            <td data-label="Interactions" className="hw-figure">
              {count(viewer.interactions)}
            </td>
            <td data-label="Last view">
              <When at={viewer.lastViewAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Who({ viewer: { userId, anonymousId, email } }: { viewer: Viewer }) {
  const id = userId ?? anonymousId ?? "";
  if (id === "") return <span className="hw-aside">not known</span>;
  return (
    <>
      <Link to="/people" search={{ q: id }} className="hw-link">
        {userId === null ? "Anonymous " : ""}
        <Shown text={id} />
      </Link>
      {email && (
        <Text size="sm" c="dimmed" fw={400}>
          {email}
        </Text>
      )}
    </>
  );
}
