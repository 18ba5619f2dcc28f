/** One event's way: a messageId, and what became of each of its arrivals and at every reader. */

import { Button, Group, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { eventQuery } from "../../api/queries";
import type { EventTrail } from "../../api/types";
import { CodeBlock } from "../../parts/CodeBlock";
import { Failed, Loading } from "../../parts/States";
import { When } from "../../parts/When";
import { SearchIcon } from "../../shell/icons";
import { written } from "../../words/exact";
import { FateMark, fateOf } from "../sources/Fate";
import { Deliveries, isSent } from "./Deliveries";
import { READER_LOOKS, ReaderMark } from "./ReaderMark";

const route = getRouteApi("/inside/flow");

type Names = { nameOf: (sourceId: string) => string };

export function Where({ nameOf }: Names) {
  const { event: asked = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const [text, setText] = useState(asked);
  const section = useRef<HTMLElement>(null);
  const found = useQuery({ ...eventQuery(asked), enabled: asked !== "" });

  useEffect(() => {
    setText(asked);
    if (asked) section.current?.scrollIntoView({ block: "nearest" });
  }, [asked]);

  function ask(event: FormEvent) {
    event.preventDefault();
    const wanted = text.trim();
    if (wanted === asked && asked) void found.refetch();
    else void navigate({ search: (old) => ({ ...old, event: wanted || undefined }), resetScroll: false });
  }

  return (
    <section ref={section} className="hw-card" aria-labelledby="where">
      <Title order={2} id="where" mb="xs">
        What became of an event?
      </Title>
      <form onSubmit={ask}>
        <Group gap="sm" align="flex-end" mb="sm">
          <TextInput
            label="messageId"
            description="Clients make one for each event; the debugger of a source shows it in the payload."
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
            style={{ flex: "1 1 18rem" }}
          />
          <Button type="submit" leftSection={<SearchIcon />} loading={found.isFetching && !found.data}>
            Find it
          </Button>
        </Group>
      </form>
      {asked === "" ? null : found.isPending ? (
        <Loading what="the event" lines={2} />
      ) : found.error ? (
        <Failed what={`find ${asked}`} error={found.error} />
      ) : (
        <Trail trail={found.data} nameOf={nameOf} />
      )}
    </section>
  );
}

function Trail({ trail, nameOf }: { trail: EventTrail } & Names) {
  const { fates, readers, payload } = trail;
  return (
    <>
      <Text size="sm" role="status">
        <span className="hw-mono">{trail.messageId}</span>: {fates.length === 1 ? "1 arrival" : `${fates.length} arrivals`}
      </Text>
      <ol className="hw-trail" aria-label="The way of the event">
        {fates.map((fate, index) => (
          <li key={`${fate.receivedAt} ${index}`}>
            <Group gap="xs">
              <FateMark event={fate} />
              <Text size="sm" component="span">
                at <strong>{nameOf(fate.sourceId)}</strong>, received <When at={fate.receivedAt} />
              </Text>
            </Group>
            <Text size="sm" c="dimmed">
              {fate.reason && <span className="hw-mono">{fate.reason}. </span>}
              {fate.note ?? fateOf(fate).meaning}
            </Text>
          </li>
        ))}
        {readers.map((each) => (
          <li key={each.reader}>
            <Group gap="xs">
              <ReaderMark status={each.status} />
              <Text size="sm" component="span">
                at the reader <strong>{each.reader}</strong>
              </Text>
            </Group>
            {isSent(each.detail) ? (
              <Deliveries deliveries={each.detail.deliveries} status={each.status} />
            ) : (
              <Text size="sm" c="dimmed">
                {detailOf(each.detail) || READER_LOOKS[each.status]?.meaning}
              </Text>
            )}
          </li>
        ))}
      </ol>
      {payload !== null && <CodeBlock code={written(payload, 2)} what="payload of the event" wrap />}
    </>
  );
}

/** A reader's own words: the tables with a row of the event, or the reason why there is none. */
function detailOf(detail: Record<string, unknown>): string {
  const { tables, ...rest } = detail;
  const rows = Array.isArray(tables) && tables.length > 0 ? [`With a row in ${tables.join(", ")}.`] : [];
  const others = Object.values(rest).filter((value) => value !== null && value !== "");
  return [...rows, ...others.map((value) => (typeof value === "string" ? value : JSON.stringify(value)))].join(" ");
}
