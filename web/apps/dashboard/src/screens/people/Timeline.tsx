/** What a person did, newest first, each event with its fate; opened, it shows its way and its payload. */

import { Badge, Button, Group, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { personEventsQuery } from "../../api/peopleQueries";
import { eventQuery, sourcesQuery } from "../../api/queries";
import type { PersonEvent } from "../../api/types";
import { Failed, Loading } from "../../parts/States";
import { useNow } from "../../parts/When";
import { ChevronIcon, TableIcon } from "../../shell/icons";
import { logTime } from "../../words/time";
import { FateMark, fateOf } from "../sources/Fate";
import { titleOf } from "../sources/payload";
import { PayloadView } from "../sources/PayloadView";

const STEP = 25;
const MOST = 1000;

export function Timeline({ id }: { id: string }) {
  const [limit, setLimit] = useState(STEP);
  const { data, error, isPending, refetch } = useQuery(personEventsQuery(id, limit));
  const { data: sources } = useQuery(sourcesQuery);
  const nameOf = (sourceId: string) => sources?.data.find((each) => each.id === sourceId)?.name ?? sourceId;
  const total = data?.pagination.total ?? 0;
  return (
    <section className="hw-card" aria-labelledby="timeline">
      <Title order={2} id="timeline" mb="xs">
        Timeline
      </Title>
      {isPending ? (
        <Loading what="the timeline" lines={2} />
      ) : error && !data ? (
        <Failed what="read the timeline" error={error} retry={() => void refetch()} />
      ) : !data || data.data.length === 0 ? (
        <Text role="status">No event of this person is kept any more.</Text>
      ) : (
        <>
          <ul className="hw-events" aria-label="Events of the person, newest first">
            {data.data.map((each) => (
              <Row key={`${each.messageId} ${each.sourceId} ${each.fate} ${each.receivedAt}`} event={each} source={nameOf(each.sourceId)} />
            ))}
          </ul>
          <Group mt="xs" gap="sm">
            <Text size="sm" c="dimmed" role="status">
              {total === 1 ? "1 event" : `${total.toLocaleString("en")} events`}
            </Text>
            {total > data.data.length && limit < MOST && (
              <Button variant="default" size="compact-sm" onClick={() => setLimit(Math.min(MOST, limit + STEP * 2))}>
                Show more
              </Button>
            )}
          </Group>
        </>
      )}
    </section>
  );
}

function Row({ event, source }: { event: PersonEvent; source: string }) {
  const [isOpen, setOpen] = useState(false);
  const panel = useId();
  const now = useNow(60_000);
  return (
    <li>
      <button
        type="button"
        className="hw-event hw-logged"
        aria-expanded={isOpen}
        aria-controls={isOpen ? panel : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <span className="hw-turn">
          <ChevronIcon size={14} />
        </span>
        <time className="hw-mono" dateTime={event.at} title={new Date(event.at).toLocaleString()}>
          {logTime(event.at, now)}
        </time>
        <span className="hw-event-body">
          <span className="hw-event-name">{titleOf(event)}</span>{" "}
          <span className="hw-event-who">{[event.type === titleOf(event) ? "" : event.type, source].filter(Boolean).join(" · ")}</span>
        </span>
        <span className="hw-event-marks">
          {event.loaded && (
            <Badge variant="default" leftSection={<TableIcon size={12} />} component="span">
              row
            </Badge>
          )}
          <FateMark event={event} />
        </span>
      </button>
      {isOpen && <Detail panel={panel} event={event} />}
    </li>
  );
}

function Detail({ panel, event }: { panel: string; event: PersonEvent }) {
  const { data, error, isPending, refetch } = useQuery(eventQuery(event.messageId));
  const mine = data?.fates.find(({ sourceId, fate }) => sourceId === event.sourceId && fate === event.fate);
  return (
    <div id={panel} className="hw-detail">
      <Text size="sm" mb={4}>
        <strong>{event.fate}</strong>
        {event.reason && <> ({event.reason})</>}. {mine?.note ?? fateOf(event).meaning}{" "}
        {event.loaded ? "It has its row in the warehouse. " : ""}
        <Link to="/flow" search={{ event: event.messageId }} className="hw-link">
          Its whole way
        </Link>
      </Text>
      {isPending ? (
        <Loading what="the event" lines={2} />
      ) : error ? (
        <Failed what="read the event" error={error} retry={() => void refetch()} />
      ) : data.payload === null ? (
        <Text size="sm">Its payload is in the warehouse, in the columns of its row.</Text>
      ) : (
        <PayloadView payload={data.payload} />
      )}
    </div>
  );
}
