/** The log of a connection: every attempt with what was sent and what was answered; search, filter, send again. */

import { Button, Group, NativeSelect, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useState } from "react";
import { queryClient } from "../../api/cache";
import { useOnce } from "../../api/once";
import { resend } from "../../api/sending";
import { attemptQuery, attemptsQuery } from "../../api/sendingQueries";
import type { Attempt, AttemptStatus, ConnectionKind } from "../../api/types";
import { CodeBlock } from "../../parts/CodeBlock";
import { Failed, Loading } from "../../parts/States";
import { Awaited, useNow } from "../../parts/When";
import { ChevronIcon, SearchIcon } from "../../shell/icons";
import { logTime } from "../../words/time";
import { AttemptMark, LOOKS } from "./Status";
import { headerLines, pretty } from "./words";

type Place = { kind: ConnectionKind; id: string };

const STEP = 50;
const MOST = 1000;
const SEARCH_DELAY_MS = 200;
const STATUSES = Object.keys(LOOKS) as AttemptStatus[];

export function Log({ kind, id }: Place) {
  const [status, setStatus] = useState<AttemptStatus | null>(null);
  const [text, setText] = useState("");
  const [q, setQ] = useState("");
  const [limit, setLimit] = useState(STEP);
  useEffect(() => {
    const timer = setTimeout(() => setQ(text.trim()), SEARCH_DELAY_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error, isPending, refetch } = useQuery(attemptsQuery(kind, id, { status, q, limit }));
  const total = data?.pagination.total ?? 0;
  return (
    <section className="hw-card" aria-labelledby="log">
      <Title order={2} id="log" mb="xs">
        Log
      </Title>
      <Group gap="sm" mb="sm" align="flex-end">
        <TextInput
          label="Search the log"
          type="search"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          leftSection={<SearchIcon />}
          autoComplete="off"
          style={{ flex: "1 1 12rem", minWidth: 0 }}
        />
        <NativeSelect
          label="Status"
          value={status ?? ""}
          onChange={(event) => setStatus((event.currentTarget.value || null) as AttemptStatus | null)}
          data={[{ value: "", label: "all" }, ...STATUSES.map((each) => ({ value: each, label: each }))]}
        />
      </Group>
      {isPending ? (
        <Loading what="the log" lines={2} />
      ) : error && !data ? (
        <Failed what="read the log" error={error} retry={() => void refetch()} />
      ) : !data || data.data.length === 0 ? (
        <Text role="status">
          {q || status ? "No attempt matches." : "Nothing was sent yet. Send a test, or wait for the first event."}
        </Text>
      ) : (
        <>
          <ul className="hw-events" aria-label="Attempts, newest first">
            {data.data.map((each) => (
              <Row key={each.id} kind={kind} id={id} attempt={each} />
            ))}
          </ul>
          <Group mt="xs" gap="sm">
            <Text size="sm" c="dimmed" role="status">
              {total === 1 ? "1 attempt" : `${total.toLocaleString("en")} attempts`}
            </Text>
            {total > data.data.length && limit < MOST && (
              <Button variant="default" size="compact-sm" onClick={() => setLimit(Math.min(MOST, limit + STEP))}>
                Show more
              </Button>
            )}
          </Group>
        </>
      )}
    </section>
  );
}

function Row({ kind, id, attempt }: Place & { attempt: Attempt }) {
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
        <time className="hw-mono" dateTime={attempt.at} title={new Date(attempt.at).toLocaleString()}>
          {logTime(attempt.at, now)}
        </time>
        <span className="hw-event-body">
          <span className="hw-event-name">{attempt.attempt === 0 ? "Not sent" : `Attempt ${attempt.attempt}`}</span>{" "}
          <span className="hw-event-who" title={attempt.messageId}>
            {[attempt.trigger === "manual" ? "by hand" : "", attempt.messageId].filter(Boolean).join(" · ")}
          </span>
        </span>
        <span className="hw-event-marks">
          <AttemptMark status={attempt.status} code={attempt.responseStatus} />
        </span>
      </button>
      {isOpen && <Detail panel={panel} kind={kind} id={id} summary={attempt} />}
    </li>
  );
}

function Detail({ panel, kind, id, summary }: Place & { panel: string; summary: Attempt }) {
  const { data, error, isPending, refetch } = useQuery(attemptQuery(kind, id, summary.id));
  const again = useOnce({
    mutationFn: () => resend(kind, id, summary.id),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["attempts", kind, id] }),
  });
  const attempt = data ?? summary;
  return (
    <div id={panel} className="hw-detail">
      <Text size="sm" mb="xs">
        <strong>{summary.status}</strong>. {attempt.error || LOOKS[summary.status].meaning}{" "}
        {summary.nextAttemptAt && <Awaited what="Next attempt" at={summary.nextAttemptAt} />}
      </Text>
      <Facts attempt={attempt} idName={kind === "webhooks" ? "webhook-id" : "Delivery"} />
      {isPending ? (
        <Loading what="the attempt" lines={2} />
      ) : error ? (
        <Failed what="read the attempt" error={error} retry={() => void refetch()} />
      ) : (
        <Exchange attempt={attempt} />
      )}
      <Group gap="sm" mt="sm">
        <Button size="compact-sm" loading={again.isPending} onClick={() => again.mutate()}>
          Resend
        </Button>
        <Text size="sm" role="status">
          {again.isSuccess ? "Sent again, under the same id; the new attempt stands at the top of the log." : ""}
        </Text>
      </Group>
      {again.error && <Failed what="send it again" error={again.error} />}
    </div>
  );
}

function Facts({ attempt, idName }: { attempt: Attempt; idName: string }) {
  const facts = [
    [idName, attempt.eventId],
    ["messageId", attempt.messageId],
    ["URL", attempt.url],
    ["Address called", attempt.address],
    ["Took", attempt.durationMs == null ? null : `${Math.round(attempt.durationMs)} ms`],
    ["Error class", attempt.errorClass],
  ].filter((fact): fact is [string, string] => Boolean(fact[1]));
  return (
    <dl className="hw-terms">
      {facts.map(([name, value]) => (
        <div key={name} style={{ display: "contents" }}>
          <Text component="dt" size="sm" c="dimmed">
            {name}
          </Text>
          <Text component="dd" size="sm" m={0} className="hw-mono">
            {value}
          </Text>
        </div>
      ))}
    </dl>
  );
}

function Exchange({ attempt }: { attempt: Attempt }) {
  const which = `of attempt ${attempt.attempt} of ${attempt.messageId}`;
  return (
    <div className="hw-exchange">
      <div>
        <Title order={3} size="h5" mb={4}>
          Sent
        </Title>
        <CodeBlock
          code={[headerLines(attempt.requestHeaders), pretty(attempt.requestBody)].filter(Boolean).join("\n\n")}
          what={`request ${which}`}
          wrap
        />
      </div>
      <div>
        <Title order={3} size="h5" mb={4}>
          Answered {attempt.responseStatus ?? ""}
        </Title>
        {attempt.responseStatus == null ? (
          <Text size="sm">No answer came.</Text>
        ) : (
          <CodeBlock
            code={[headerLines(attempt.responseHeaders), pretty(attempt.responseBody)].filter(Boolean).join("\n\n")}
            what={`response ${which}`}
            wrap
          />
        )}
      </div>
    </div>
  );
}
