/** Acknowledged events that could not go on: why, what they hold, and letting them go on. */

import { Badge, Button, Group, Text, Title } from "@mantine/core";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { parkedQuery } from "../../api/queries";
import type { ParkedEvent } from "../../api/types";
import { CodeBlock } from "../../parts/CodeBlock";
import { Failed, Loading } from "../../parts/States";
import { When } from "../../parts/When";
import { ChevronIcon, ClockIcon } from "../../shell/icons";
import { written } from "../../words/exact";
import { events as counted, figure } from "./books";
import { useRelease } from "./useRelease";

const STEP = 50;
/** The most the API gives in one list. */
const MOST = 1000;

type Names = { nameOf: (sourceId: string) => string };

export function Parked({ nameOf }: Names) {
  const [limit, setLimit] = useState(STEP);
  const { data, error, isPending, refetch } = useQuery({ ...parkedQuery(limit), placeholderData: keepPreviousData });
  const { release, isRunning, outcome, error: problem } = useRelease();
  const total = data?.pagination.total ?? 0;
  return (
    <section className="hw-card" aria-labelledby="parked">
      <Group justify="space-between" mb="xs" gap="xs">
        <Title order={2} id="parked">
          Parked events
        </Title>
        {total > 0 && (
          <Button
            variant="default"
            size="compact-sm"
            loading={isRunning}
            onClick={() => release({ ids: null, count: total })}
          >
            Release all ({figure(total)})
          </Button>
        )}
      </Group>
      <Text size="sm" role="status" fw={600}>
        {outcome}
      </Text>
      {problem && <Failed what="release" error={problem} />}
      {isPending ? (
        <Loading what="parked events" lines={2} />
      ) : !data ? (
        error && <Failed what="read the parked events" error={error} retry={() => void refetch()} />
      ) : data.data.length === 0 ? (
        <Text>
          Nothing is parked.{" "}
          <Text span c="dimmed">
            An event that was acknowledged and cannot go on is kept here with its reason, until it is released.
          </Text>
        </Text>
      ) : (
        <>
          <Text size="sm" c="dimmed" mb="xs">
            Acknowledged, kept, and waiting: mend what stopped them, then release them.
          </Text>
          <ul className="hw-events" aria-label="Parked events, newest first">
            {data.data.map((each) => (
              <Row
                key={each.id}
                event={each}
                name={nameOf(each.sourceId)}
                isBusy={isRunning}
                onRelease={() => release({ ids: [each.id], count: 1 })}
              />
            ))}
          </ul>
          {total > data.data.length && limit < MOST && (
            <Button variant="default" size="compact-sm" mt="xs" onClick={() => setLimit(Math.min(MOST, limit + STEP))}>
              Show more ({counted(total - data.data.length)})
            </Button>
          )}
        </>
      )}
    </section>
  );
}

type RowProps = { event: ParkedEvent; name: string; isBusy: boolean; onRelease: () => void };

function Row({ event, name, isBusy, onRelease }: RowProps) {
  const [isOpen, setOpen] = useState(false);
  const panel = useId();
  const title = event.messageId || "(no messageId)";
  return (
    <li>
      <button
        type="button"
        className="hw-event hw-parked"
        aria-expanded={isOpen}
        aria-controls={isOpen ? panel : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        <span className="hw-turn">
          <ChevronIcon size={14} />
        </span>
        <span className="hw-event-body">
          <span className="hw-event-name hw-mono">{title}</span>{" "}
          <span className="hw-event-who">
            {name} · <When at={event.receivedAt} />
          </span>
        </span>
        <span className="hw-event-marks">
          <Badge variant="outline" color="amber" leftSection={<ClockIcon size={12} />} component="span">
            {event.reason}
          </Badge>
        </span>
      </button>
      {isOpen && (
        <div id={panel} style={{ padding: "0 0.75rem 0.9rem" }}>
          {event.note && (
            <Text size="sm" mb="xs">
              {event.note}
            </Text>
          )}
          {event.hindrance && (
            <Text size="sm" mb="xs">
              It cannot be released now. {event.hindrance}
            </Text>
          )}
          <CodeBlock code={pretty(event.payload)} what={`payload of ${title}`} wrap />
          <Group gap="sm" mt="sm">
            {!event.hindrance && (
              <Button size="compact-sm" loading={isBusy} onClick={onRelease}>
                Release this event
              </Button>
            )}
            {event.messageId && (
              <Link
                to="/flow"
                search={(old) => ({ ...old, event: event.messageId })}
                resetScroll={false}
                style={{ color: "var(--mantine-color-anchor)", fontSize: "0.875rem" }}
              >
                What became of it
              </Link>
            )}
          </Group>
        </div>
      )}
    </li>
  );
}

/** What is no JSON is shown as it is. */
const pretty = (payload: unknown) => (typeof payload === "string" ? payload : written(payload, 2));
