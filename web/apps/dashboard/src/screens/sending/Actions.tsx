/** What one does with a connection: send a test, let it wait, go on, send what never arrived. */

import { Alert, Button, Group, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { queryClient } from "../../api/cache";
import { useOnce } from "../../api/once";
import { pause, recover, resume, testConnection } from "../../api/sending";
import type { ConnectionKind, ConnectionState } from "../../api/types";
import { Dialog } from "../../parts/Dialog";
import { Failed } from "../../parts/States";
import { Awaited, When } from "../../parts/When";
import { AttemptMark } from "./Status";

type Connection = { enabled: boolean; paused: boolean; disabledReason: string; state?: ConnectionState | null };
type Props = { kind: ConnectionKind; id: string; connection: Connection };

/** Everything that shows this connection is read anew. */
export function refreshConnection(kind: ConnectionKind, id: string): Promise<unknown> {
  const one = { webhooks: "webhook", destinations: "destination", integrations: "integration" }[kind];
  return Promise.all(
    [[kind], [one, id], ["attempts", kind, id], ["delivery", id]].map((queryKey) =>
      queryClient.invalidateQueries({ queryKey }),
    ),
  );
}

export function Actions({ kind, id, connection }: Props) {
  const [isRecovering, setRecovering] = useState(false);
  const onSettled = () => refreshConnection(kind, id);
  const test = useOnce({ mutationFn: () => testConnection(kind, id), onSettled });
  const turn = useMutation({ mutationFn: () => (connection.paused ? resume : pause)(kind, id), onSettled });
  return (
    <div>
      <Notes connection={connection} />
      <Group gap="sm">
        <Button variant="default" loading={test.isPending} onClick={() => test.mutate()}>
          Send a test
        </Button>
        <Button variant="default" loading={turn.isPending} onClick={() => turn.mutate()}>
          {connection.paused ? "Resume" : "Pause"}
        </Button>
        <Button variant="default" onClick={() => setRecovering(true)}>
          Recover…
        </Button>
      </Group>
      <div role="status">
        {test.data && (
          <Text size="sm" mt="sm" component="div">
            The test: <AttemptMark status={test.data.status} code={test.data.responseStatus} /> {test.data.error}
          </Text>
        )}
      </div>
      {test.error && <Failed what="send a test" error={test.error} />}
      {turn.error && <Failed what={connection.paused ? "resume" : "pause"} error={turn.error} />}
      <Dialog title="Send what never arrived" isOpen={isRecovering} onClose={() => setRecovering(false)}>
        <Recover kind={kind} id={id} onDone={() => setRecovering(false)} />
      </Dialog>
    </div>
  );
}

function Notes({ connection: { enabled, disabledReason, paused, state } }: { connection: Connection }) {
  return (
    <>
      {!enabled && (
        <Alert color="amber" variant="outline" mb="sm" title="Disabled">
          {disabledReason && <>{disabledReason} </>}
          Events are recorded as skipped; Recover sends them once it is enabled again.
        </Alert>
      )}
      {enabled && paused && (
        <Alert color="amber" variant="outline" mb="sm" title="Paused">
          Events wait, and go out when it is resumed{state ? `: ${state.pending.toLocaleString("en")} so far` : ""}.
        </Alert>
      )}
      {enabled && state?.warning && (
        <Alert color="brick" variant="outline" mb="sm" title="It does not arrive">
          {state.warning}
        </Alert>
      )}
      {state === null && (
        <Alert color="amber" variant="outline" mb="sm" title="How it fares is not known right now">
          The sending process is away; it is started again by itself.
        </Alert>
      )}
      {state && (state.lastDeliveredAt || state.lastFailureAt) && (
        <Text size="sm" c="dimmed" mb="sm">
          {state.lastDeliveredAt && (
            <>
              Last delivered <When at={state.lastDeliveredAt} />.{" "}
            </>
          )}
          {state.lastFailureAt && (
            <>
              Last failure <When at={state.lastFailureAt} />.{" "}
            </>
          )}
          {state.nextAttemptAt && <Awaited what="Next attempt" at={state.nextAttemptAt} />}
        </Text>
      )}
    </>
  );
}

function Recover({ kind, id, onDone }: { kind: ConnectionKind; id: string; onDone: () => void }) {
  const [since, setSince] = useState(() => local(new Date(Date.now() - 24 * 3_600_000)));
  const begin = useOnce({
    mutationFn: () => recover(kind, id, new Date(since).toISOString()),
    onSuccess: () => refreshConnection(kind, id),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (since) begin.mutate();
  }
  return (
    <form onSubmit={submit}>
      <Text size="sm" mb="sm">
        Events received since then that never arrived here go out now, the skipped ones too. What was delivered is not
        sent again.
      </Text>
      <TextInput
        type="datetime-local"
        label="Since"
        required
        value={since}
        onChange={(event) => setSince(event.currentTarget.value)}
        mb="sm"
      />
      {begin.error && <Failed what="recover" error={begin.error} />}
      <Text size="sm" role="status" mb="sm">
        {begin.isSuccess ? "Under way; the log shows each attempt." : ""}
      </Text>
      <Group gap="sm">
        <Button type="submit" loading={begin.isPending} disabled={!since || begin.isSuccess}>
          Recover
        </Button>
        <Button variant="default" onClick={onDone}>
          Close
        </Button>
      </Group>
    </form>
  );
}

/** As a field of date and time wants it, in the browser's own time zone. */
function local(moment: Date): string {
  const shifted = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
  return shifted.toISOString().slice(0, 16);
}
