/** What became of events: the accounting as a picture, one event's way, what is parked, and the past again. */

import { NativeSelect, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { accountingQuery, sourcesQuery } from "../../api/queries";
import type { Accounting, SourceAccount } from "../../api/types";
import { Failed, Loading } from "../../parts/States";
import { CheckIcon, ClockIcon, WarningIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { equationOf, readerEquationOf, sumOf, type Verdict, verdictOf } from "./books";
import { Figures } from "./Figures";
import "./flow.css";
import { Parked } from "./Parked";
import { Picture } from "./Picture";
import { Replays } from "./Replays";
import { Where } from "./Where";

const route = getRouteApi("/inside/flow");

export function Flow() {
  const { data, error, isPending, refetch, dataUpdatedAt } = useQuery(accountingQuery);
  const nameOf = useSourceNames(data?.sources);
  return (
    <Page
      title="Flow"
      lead="What became of every event that was acknowledged. The figures are read again every two seconds."
    >
      <Stack gap="lg">
        {isPending ? (
          <Loading what="the accounting" />
        ) : (
          <section className="hw-card" aria-labelledby="accounting">
            <Title order={2} id="accounting" mb="xs">
              Accounting
            </Title>
            {error && <Failed what="read the accounting" error={error} retry={() => void refetch()} />}
            {data && <Books books={data} readAtMs={dataUpdatedAt} nameOf={nameOf} />}
          </section>
        )}
        <Where nameOf={nameOf} />
        <Parked nameOf={nameOf} />
        <Replays readers={data?.readers.map(({ reader }) => reader) ?? []} />
      </Stack>
    </Page>
  );
}

/** The label of a source; its id while the list is not there, or for one that is gone. */
function useSourceNames(sources: SourceAccount[] | undefined): (sourceId: string) => string {
  const { data, refetch } = useQuery(sourcesQuery);
  const find = (sourceId: string) => data?.data.find(({ id }) => id === sourceId)?.name;
  const unknown = data && sources?.map(({ sourceId }) => sourceId).filter((id) => find(id) === undefined);
  const missing = unknown?.join(" ");
  useEffect(() => {
    if (missing) void refetch();
  }, [missing, refetch]);
  return (sourceId) => find(sourceId) ?? (sourceId || "unknown source");
}

type BooksProps = { books: Accounting; readAtMs: number; nameOf: (sourceId: string) => string };

function Books({ books, readAtMs, nameOf }: BooksProps) {
  const verdict = useVerdict(books, readAtMs);
  const { source } = route.useSearch();
  const navigate = route.useNavigate();
  const chosen = books.sources.find(({ sourceId }) => sourceId === source);
  const sum = chosen ?? sumOf(books.sources);
  const readers = chosen ? [] : books.readers;
  if (verdict.kind === "empty") {
    return (
      <Text>
        {verdict.words} <Text span c="dimmed">The picture begins with the first event.</Text>
      </Text>
    );
  }
  return (
    <>
      <Said verdict={verdict} />
      <ul className="hw-equations">
        <li>{equationOf(sum)}</li>
        {readers.map((each) => (
          <li key={each.reader}>{readerEquationOf(each)}</li>
        ))}
      </ul>
      <NativeSelect
        label="Picture of"
        maw="20rem"
        mb="md"
        value={chosen?.sourceId ?? ""}
        onChange={(event) => {
          const { value } = event.currentTarget;
          void navigate({ search: (old) => ({ ...old, source: value || undefined }), replace: true, resetScroll: false });
        }}
        data={[
          { value: "", label: "All sources" },
          ...books.sources.map(({ sourceId }) => ({ value: sourceId, label: nameOf(sourceId) })),
        ]}
      />
      <Picture
        sum={sum}
        readers={readers}
        label={`Picture of the flow of ${chosen ? nameOf(chosen.sourceId) : "all sources"}; the tables below hold its figures`}
      />
      {chosen && (
        <Text size="sm" c="dimmed">
          Readers count the clean events of all sources together; the picture of all sources shows them.
        </Text>
      )}
      <Figures sources={books.sources} readers={books.readers} nameOf={nameOf} />
      {books.readers.some(({ dead }) => dead > 0) && (
        <Text size="sm" mt="sm">
          What is dead was given up by its reader, and a replay tries it again. The server's log says why; of what was to
          be sent, the log of its webhook or destination.
        </Text>
      )}
    </>
  );
}

const SIGNS = { empty: ClockIcon, closed: CheckIcon, moving: ClockIcon, open: WarningIcon };
const KINDS = {
  empty: "",
  closed: "The accounting closes",
  moving: "Events are in flight",
  open: "The accounting does not close",
};

/** The verdict to the eye with its figures; to a screen reader only when another one is reached. */
function Said({ verdict }: { verdict: Verdict }) {
  const Sign = SIGNS[verdict.kind];
  return (
    <>
      <p className="hw-verdict" data-kind={verdict.kind} data-testid="verdict">
        <Sign />
        {verdict.words}
      </p>
      {verdict.kind === "open" && (
        <Text size="sm" mb="xs">
          If it stays so: <span className="hw-mono">headwater doctor</span> looks at every part and says what to do.
        </Text>
      )}
      <span role="status" className="hw-sr">
        {KINDS[verdict.kind]}
      </span>
    </>
  );
}

/** Equal answers are one object in the cache, so that another object means that a figure has moved. */
function useVerdict(books: Accounting, readAtMs: number): Verdict {
  const [seen, setSeen] = useState<{ books: Accounting; before?: Accounting; sinceMs: number }>({
    books,
    sinceMs: readAtMs,
  });
  if (books !== seen.books) setSeen({ books, before: seen.books, sinceMs: readAtMs });
  return verdictOf(books, books === seen.books ? seen.before : seen.books, readAtMs - seen.sinceMs);
}
