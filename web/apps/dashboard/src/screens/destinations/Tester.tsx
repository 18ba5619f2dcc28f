/** The event tester: what an event becomes (nothing is sent), and what the receiver answers to it (past the queue). */

import { Button, Group, Stack, Text, Textarea, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useOnce } from "../../api/once";
import { preview, tryEvent } from "../../api/sending";
import type { ConnectionKind, OutgoingRequest } from "../../api/types";
import { CodeBlock } from "../../parts/CodeBlock";
import { Failed } from "../../parts/States";
import { isObject, read } from "../../words/exact";
import { headerLines, pretty } from "../sending/words";

const SAMPLE = {
  type: "track",
  event: "Order Completed",
  userId: "user-42",
  properties: { total: 12.5, currency: "EUR" },
};

export function Tester({ kind, id }: { kind: ConnectionKind; id: string }) {
  const [text, setText] = useState(() => JSON.stringify(SAMPLE, null, 2));
  const [problem, setProblem] = useState<string>();
  const look = useMutation({ mutationFn: (event: Record<string, unknown>) => preview(kind, id, { event }) });
  const send = useOnce({ mutationFn: (event: Record<string, unknown>) => tryEvent(kind, id, event) });

  function given(then: (event: Record<string, unknown>) => void) {
    try {
      const event = read(text);
      if (!isObject(event)) throw new Error("not an object");
      setProblem(undefined);
      then(event);
    } catch {
      setProblem("Write one event as a JSON object.");
    }
  }

  return (
    <section className="hw-card" aria-labelledby="tester">
      <Title order={2} id="tester" mb="xs">
        Event tester
      </Title>
      <Stack gap="sm">
        <Textarea
          label="Event"
          description="As the Tracking API takes it, with its type."
          value={text}
          error={problem}
          onChange={(event) => setText(event.currentTarget.value)}
          autosize
          minRows={5}
          maxRows={16}
          spellCheck={false}
          classNames={{ input: "hw-mono" }}
        />
        <Group gap="sm">
          <Button variant="default" loading={look.isPending} onClick={() => given((event) => look.mutate(event))}>
            Preview
          </Button>
          <Button variant="default" loading={send.isPending} onClick={() => given((event) => send.mutate(event))}>
            Send it
          </Button>
        </Group>
        {look.error && <Failed what="preview" error={look.error} />}
        {look.data && (
          <div role="status">
            <Title order={3} size="h5" mb={4}>
              What would be sent
            </Title>
            {look.data.requests.length === 0 ? (
              <Text size="sm">Nothing: this destination does not take such an event.</Text>
            ) : (
              look.data.requests.map((request, index) => <RequestText key={index} request={request} what={`request ${index + 1} to be sent`} />)
            )}
          </div>
        )}
        {send.error && <Failed what="send it" error={send.error} />}
        {send.data && (
          <div role="status">
            <Title order={3} size="h5" mb={4}>
              {send.data.answer?.status ? `Answered ${send.data.answer.status}` : "No answer"}
            </Title>
            {send.data.answer?.error && <Text size="sm">{send.data.answer.error}</Text>}
            {send.data.answer?.body && <CodeBlock code={pretty(send.data.answer.body)} what="answer" wrap />}
            {send.data.request && <RequestText request={send.data.request} what="request that was sent" />}
          </div>
        )}
      </Stack>
    </section>
  );
}

function RequestText({ request, what }: { request: OutgoingRequest; what: string }) {
  const text = `${request.method} ${request.url}\n${headerLines(request.headers)}\n\n${pretty(request.body)}`;
  return <CodeBlock code={text} what={what} wrap />;
}
