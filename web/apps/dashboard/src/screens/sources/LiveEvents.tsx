/** The debugger: events as they arrive, newest first, with pause and search. */

import { Button, Group, Text, TextInput, Title } from "@mantine/core";
import { useEffect, useMemo, useState } from "react";
import type { DebugEvent, Source } from "../../api/types";
import { Failed, Loading } from "../../parts/States";
import { PauseIcon, PlayIcon, SearchIcon } from "../../shell/icons";
import { EventRow } from "./EventRow";
import { titleOf } from "./payload";
import { search } from "./eventList";
import { type LiveState, useLiveEvents } from "./useLiveEvents";

const SAY_AFTER_MS = 1_000;
const LINES_AT_FIRST = 50;

export function LiveEvents({ source }: { source: Source }) {
  const live = useLiveEvents(source.id);
  const [text, setText] = useState("");
  const shown = useMemo(() => search(live.events, text), [live.events, text]);
  return (
    <section className="hw-card hw-live" aria-labelledby="live-events">
      <Group justify="space-between" mb="xs" gap="xs">
        <Title order={2} id="live-events">
          Events
        </Title>
        <Connection state={live} />
      </Group>
      <Announcer state={live} />
      {!live.isRead ? (
        <Loading what="events" />
      ) : live.problem && live.events.length === 0 ? (
        <Failed what="read the events" error={live.problem} retry={() => void live.read()} />
      ) : live.events.length === 0 && live.held.length === 0 ? (
        <Waiting source={source} />
      ) : (
        <>
          <Controls live={live} text={text} onText={setText} />
          <EventList events={shown} total={live.events.length} isSearching={text.trim() !== ""} />
        </>
      )}
    </section>
  );
}

function Connection({ state }: { state: LiveState }) {
  const words = {
    connecting: "connecting…",
    live: state.isPaused ? "paused" : "live",
    lost: "connection lost, trying again…",
  };
  return (
    <Text size="sm" c="dimmed">
      {words[state.connection]}
    </Text>
  );
}

function Waiting({ source }: { source: Source }) {
  return (
    <div style={{ display: "flex", gap: "0.75rem", alignItems: "baseline", paddingBlock: "1.5rem" }}>
      <span className="hw-waiting-dot" />
      <div>
        <Text fw={600}>Waiting for the first event</Text>
        <Text size="sm" c="dimmed">
          {source.enabled
            ? "It appears here as soon as it arrives. Send one with a snippet, or finish the set-up on the other side."
            : "This source is disabled: what arrives is dropped. Enable it below."}
        </Text>
      </div>
    </div>
  );
}

type Live = ReturnType<typeof useLiveEvents>;

function Controls({ live, text, onText }: { live: Live; text: string; onText: (text: string) => void }) {
  return (
    <Group gap="sm" mb="sm" align="flex-end">
      <TextInput
        label="Search in events"
        type="search"
        value={text}
        onChange={(event) => onText(event.currentTarget.value)}
        leftSection={<SearchIcon />}
        autoComplete="off"
        style={{ flex: "1 1 12rem" }}
      />
      <Button
        variant="default"
        leftSection={live.isPaused ? <PlayIcon /> : <PauseIcon />}
        onClick={() => live.setPaused(!live.isPaused)}
      >
        {!live.isPaused ? "Pause" : live.held.length > 0 ? `Resume (${live.held.length} waiting)` : "Resume"}
      </Button>
    </Group>
  );
}

function EventList({ events, total, isSearching }: { events: DebugEvent[]; total: number; isSearching: boolean }) {
  const [most, setMost] = useState(LINES_AT_FIRST);
  return (
    <>
      {isSearching && (
        <Text size="sm" c="dimmed" mb="xs" role="status">
          {events.length} of {total} events match
        </Text>
      )}
      {events.length > 0 && (
        <ul className="hw-events" aria-label="Events, newest first">
          {events.slice(0, most).map((event) => (
            <EventRow key={event.seq} event={event} />
          ))}
        </ul>
      )}
      {events.length > most && (
        <Button variant="default" size="compact-sm" mt="xs" onClick={() => setMost(most + LINES_AT_FIRST)}>
          Show more ({events.length - most} older)
        </Button>
      )}
      <Text size="sm" c="dimmed" mt="xs">
        A look at recent events, not a record: the rows are in the warehouse.
      </Text>
    </>
  );
}

/** Tells a screen reader what arrived, gathered so that a burst is one sentence. */
function Announcer({ state }: { state: LiveState }) {
  const [said, setSaid] = useState({ upTo: 0, text: "" });
  const { arrivals, newest } = state;
  useEffect(() => {
    if (arrivals === said.upTo) return;
    const timer = setTimeout(() => {
      const count = arrivals - said.upTo;
      const name = newest ? titleOf(newest) : "";
      setSaid({
        upTo: arrivals,
        text: count === 1 ? `New event: ${name}` : `${count} new events, the newest: ${name}`,
      });
    }, SAY_AFTER_MS);
    return () => clearTimeout(timer);
  }, [arrivals, newest, said.upTo]);
  return (
    <span role="status" className="hw-sr">
      {said.text}
    </span>
  );
}
