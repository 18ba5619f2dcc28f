/** The past again: from when to when, for which reader, how far it is, how it ended. */

import { Badge, Button, Group, NativeSelect, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { queryClient } from "../../api/cache";
import { startReplay } from "../../api/calls";
import { useOnce } from "../../api/once";
import { replayQuery, replaysQuery } from "../../api/queries";
import { ApiError } from "../../api/errors";
import type { Replay, ReplayReader } from "../../api/types";
import { Failed } from "../../parts/States";
import { CheckIcon, ClockIcon, PlayIcon, WarningIcon } from "../../shell/icons";
import { events } from "./books";
import { useConnections } from "./useConnections";
import { localFromIso, isoFromLocal } from "./moments";

export function Replays({ readers }: { readers: string[] }) {
  const { data, error } = useQuery(replaysQuery);
  return (
    <section className="hw-card" aria-labelledby="replay">
      <Title order={2} id="replay" mb="xs">
        Replay
      </Title>
      <Text size="sm" c="dimmed" mb="sm" maw="62rem">
        Works off a stretch of the past again, by the time events were received. Rows are not doubled, and the figures
        above are not counted again.
      </Text>
      <NewReplay readers={["pipeline", ...readers]} />
      {error && !data && <Failed what="read the replays" error={error} />}
      {data && data.data.length > 0 && <List replays={data.data} />}
    </section>
  );
}

function NewReplay({ readers }: { readers: string[] }) {
  const [reader, setReader] = useState("pipeline");
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [connectionId, setConnectionId] = useState("");
  const connections = useConnections();
  const isSend = reader === "send";
  const start = useOnce({
    mutationFn: () =>
      startReplay({
        reader: reader as ReplayReader,
        from: isoFromLocal(from),
        to: isoFromLocal(to),
        connectionId: isSend && connectionId ? connectionId : null,
      }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["replays"] }),
  });
  const { data: progress } = useQuery({ ...replayQuery(start.data?.id ?? ""), enabled: start.data !== undefined });

  function submit(event: FormEvent) {
    event.preventDefault();
    start.mutate();
  }

  return (
    <form onSubmit={submit}>
      <Group gap="sm" align="flex-end" mb="sm">
        <NativeSelect
          label="Reader"
          data={readers.map((value) => ({ value, label: READER_WORDS[value] ?? value }))}
          value={reader}
          onChange={(event) => setReader(event.currentTarget.value)}
          style={{ flex: "1 1 14rem" }}
        />
        {isSend && (
          <NativeSelect
            label="Connection"
            data={[
              { value: "", label: "All that the events match" },
              ...connections.map(({ id, name, what }) => ({ value: id, label: `${name} (${what})` })),
            ]}
            value={connectionId}
            onChange={(event) => setConnectionId(event.currentTarget.value)}
            style={{ flex: "1 1 14rem" }}
          />
        )}
        <TextInput
          label="Received from"
          description="Your local time; empty: the beginning"
          type="datetime-local"
          className="hw-moment"
          step={1}
          value={from}
          onChange={(event) => setFrom(event.currentTarget.value)}
          style={{ flex: "1 1 14rem" }}
        />
        <TextInput
          label="Received before"
          description="Your local time; empty: now"
          type="datetime-local"
          className="hw-moment"
          step={1}
          value={to}
          onChange={(event) => setTo(event.currentTarget.value)}
          style={{ flex: "1 1 14rem" }}
        />
        <Button type="submit" leftSection={<PlayIcon />} loading={start.isPending || progress?.status === "RUNNING"}>
          Start the replay
        </Button>
      </Group>
      {isSend && (
        <Text size="sm" mb="sm">
          Events go out once more, also those that arrived, under the same ids. What never arrived alone is sent by
          Recover, on the page of its webhook or destination.
        </Text>
      )}
      {start.error && (
        <>
          <Failed what="start the replay" error={start.error} />
          <FromEarliest error={start.error} onTake={setFrom} />
        </>
      )}
      <Text size="sm" role="status" fw={600} mb="xs">
        {progress ? outcomeOf(progress) : ""}
      </Text>
    </form>
  );
}

const READER_WORDS: Record<string, string> = {
  pipeline: "pipeline: clean the raw events again",
  warehouse: "warehouse: load the rows again",
  send: "send: send the events again",
  profiles: "profiles: tell of the people again",
};

/** When the server names the earliest time there is, one press takes it. */
function FromEarliest({ error, onTake }: { error: Error; onTake: (local: string) => void }) {
  const details = error instanceof ApiError ? error.details : undefined;
  const earliest = (details as { earliest?: unknown } | undefined)?.earliest;
  if (typeof earliest !== "string") return null;
  return (
    <Button variant="default" size="compact-sm" mt="xs" onClick={() => onTake(localFromIso(earliest))}>
      Begin at {new Date(earliest).toLocaleString()}
    </Button>
  );
}

export function outcomeOf({ status, events: gone, error }: Replay): string {
  if (status === "RUNNING") return `The replay runs: ${events(gone)} so far.`;
  if (status === "FAILED") return `The replay failed after ${events(gone)}: ${error ?? "the server's log says why"}.`;
  return `The replay is finished: ${events(gone)} went by again.`;
}

const LOOKS = {
  RUNNING: { word: "running", Icon: ClockIcon, color: undefined },
  FINISHED: { word: "finished", Icon: CheckIcon, color: undefined },
  FAILED: { word: "failed", Icon: WarningIcon, color: "brick" },
};

function List({ replays }: { replays: Replay[] }) {
  return (
    <table className="hw-table hw-stack hw-replays">
      <caption className="hw-aside">Replays and releases since the server started, newest first</caption>
      <thead>
        <tr>
          <th scope="col">Replay</th>
          <th scope="col">Reader</th>
          <th scope="col">State</th>
          <th scope="col">Events gone by</th>
        </tr>
      </thead>
      <tbody>
        {replays.map((each) => {
          const { word, Icon, color } = LOOKS[each.status];
          return (
            <tr key={each.id}>
              <th scope="row" className="hw-mono">
                {each.id}
              </th>
              <td data-label="Reader">{each.reader}</td>
              <td data-label="State">
                <Badge
                  variant={color ? "outline" : "default"}
                  color={color}
                  leftSection={<Icon size={12} />}
                  component="span"
                >
                  {word}
                </Badge>
                {each.error && <div className="hw-aside">{each.error}</div>}
              </td>
              <td data-label="Events gone by">{each.events.toLocaleString("en")}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
