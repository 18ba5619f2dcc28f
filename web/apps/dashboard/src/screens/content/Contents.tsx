/** What can be shown in pages: each content with how far it is, for whom, and who changed it last. */

import "./studio.css";
import { Button, Group, NativeSelect, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { contentsQuery } from "../../api/contentQueries";
import type { ContentStatus, ContentSummary } from "../../api/contentTypes";
import { Dialog } from "../../parts/Dialog";
import { Empty, Failed, Loading } from "../../parts/States";
import { When } from "../../parts/When";
import { PlusIcon, SearchIcon, UploadIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { ImportFile } from "./ImportFile";
import { NewContent } from "./NewContent";
import { LOOKS, STATUSES, StatusMark } from "./Status";

const route = getRouteApi("/inside/content");
const SEARCH_DELAY_MS = 250;

export type Search = { q?: string; status?: ContentStatus; folder?: string };

export function Contents() {
  const { q = "", status, folder = "" } = route.useSearch();
  const [asking, setAsking] = useState<"new" | "import" | null>(null);
  const asked = { q, status: status ?? null, folder, archived: status === "archived" };
  const { data, error, isPending, refetch } = useQuery(contentsQuery(asked));
  const isSearch = Boolean(q || status || folder);
  return (
    <Page
      title="Content"
      lead="What people see in your pages: built here, placed by you, shown to the segments you choose."
      actions={
        <Group gap="sm">
          <Button variant="default" leftSection={<UploadIcon />} onClick={() => setAsking("import")}>
            Import…
          </Button>
          <Button leftSection={<PlusIcon />} onClick={() => setAsking("new")}>
            New content
          </Button>
        </Group>
      }
    >
      <SearchForm folders={foldersOf(data?.data ?? [], folder)} />
      {isPending ? (
        <Loading what="the content" />
      ) : error && !data ? (
        <Failed what="load the content" error={error} retry={() => void refetch()} />
      ) : data.data.length > 0 ? (
        <>
          <Table contents={data.data} />
          <Text size="sm" c="dimmed" role="status" mt="xs">
            {data.pagination.total === 1 ? "1 content" : `${data.pagination.total.toLocaleString("en")} contents`}
          </Text>
        </>
      ) : isSearch ? (
        <Text role="status">Nothing matches.</Text>
      ) : (
        <Empty title="Nothing to show yet">
          <Text mb="md">Begin with a banner or a form in the page, or with a window over it.</Text>
          <Button leftSection={<PlusIcon />} onClick={() => setAsking("new")}>
            Make the first content
          </Button>
        </Empty>
      )}
      <Dialog title="New content" isOpen={asking === "new"} onClose={() => setAsking(null)}>
        <NewContent folder={folder} onClose={() => setAsking(null)} />
      </Dialog>
      <Dialog title="Import content" isOpen={asking === "import"} onClose={() => setAsking(null)}>
        <ImportFile onClose={() => setAsking(null)} />
      </Dialog>
    </Page>
  );
}

/** Those in sight, and the one that is asked for, which may hold nothing. */
function foldersOf(contents: ContentSummary[], chosen: string): string[] {
  const found = new Set(contents.map(({ folder }) => folder).filter(Boolean));
  if (chosen) found.add(chosen);
  return [...found].sort((a, b) => a.localeCompare(b));
}

function SearchForm({ folders }: { folders: string[] }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [q, setQ] = useState(search.q ?? "");
  const written = useRef(search.q);
  const put = (part: Search) =>
    void navigate({ search: (old) => ({ ...old, ...part }), replace: true, resetScroll: false });
  // Back and forward lead to other searches, which the field then shows.
  useEffect(() => {
    if (written.current === search.q) return;
    written.current = search.q;
    setQ(search.q ?? "");
  }, [search.q]);
  useEffect(() => {
    const wanted = q.trim() || undefined;
    if (wanted === written.current) return;
    const timer = setTimeout(() => {
      written.current = wanted;
      put({ q: wanted });
    }, SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [q]);
  return (
    <form onSubmit={(event: FormEvent) => event.preventDefault()} role="search" aria-label="Content" className="hw-search">
      <TextInput
        label="Name or slug"
        type="search"
        value={q}
        onChange={(event) => setQ(event.currentTarget.value)}
        leftSection={<SearchIcon />}
        autoComplete="off"
        spellCheck={false}
        className="hw-search-wide"
      />
      <NativeSelect
        label="Status"
        value={search.status ?? ""}
        data={[{ value: "", label: "all but archived" }, ...STATUSES.map((value) => ({ value, label: LOOKS[value].label }))]}
        onChange={(event) => put({ status: (event.currentTarget.value || undefined) as ContentStatus | undefined })}
      />
      <NativeSelect
        label="Folder"
        value={search.folder ?? ""}
        data={[{ value: "", label: "all" }, ...folders.map((value) => ({ value, label: value }))]}
        onChange={(event) => put({ folder: event.currentTarget.value || undefined })}
      />
    </form>
  );
}

function Table({ contents }: { contents: ContentSummary[] }) {
  return (
    <div className="hw-card" style={{ padding: 0, overflow: "hidden" }}>
      <table className="hw-table hw-stack">
        <caption className="hw-sr">Content</caption>
        <thead>
          <tr>
            <th scope="col">Content</th>
            <th scope="col">Status</th>
            <th scope="col">For</th>
            <th scope="col">Folder</th>
            <th scope="col">Last changed</th>
          </tr>
        </thead>
        <tbody>
          {contents.map((content) => (
            <tr key={content.id}>
              <th scope="row">
                <Link to="/content/$id" params={{ id: String(content.id) }} className="hw-link">
                  {content.name}
                </Link>
                <Text size="sm" c="dimmed" fw={400}>
                  <span className="hw-mono">{content.slug}</span>
                  {content.kind === "modal" && " · window over the page"}
                </Text>
              </th>
              <td data-label="Status">
                <StatusMark status={content.status} />
              </td>
              <td data-label="For">{content.segments.join(", ")}</td>
              <td data-label="Folder">{content.folder || <span className="hw-aside">none</span>}</td>
              <td data-label="Last changed">
                <When at={content.updatedAt} /> <span className="hw-aside">by {content.updatedBy}</span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
