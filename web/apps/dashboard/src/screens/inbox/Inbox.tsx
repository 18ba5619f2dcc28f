/** The built-in inbox: what webhooks to it delivered, as an endpoint of one's own would have got it. */

import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { inboxQuery } from "../../api/sendingQueries";
import type { InboxItem } from "../../api/types";
import { CodeBlock } from "../../parts/CodeBlock";
import { Empty, Failed, Loading } from "../../parts/States";
import { ChevronIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { useNow } from "../../parts/When";
import { read } from "../../words/exact";
import { logTime } from "../../words/time";
import { headerLines, pretty } from "../sending/words";

const STEP = 50;

export function Inbox() {
  const [limit, setLimit] = useState(STEP);
  const { data, error, isPending, refetch } = useQuery(inboxQuery(limit));
  return (
    <Page title="Inbox" lead="What webhooks to the built-in inbox delivered: headers and body, newest first.">
      {isPending ? (
        <Loading what="the inbox" />
      ) : error && !data ? (
        <Failed what="read the inbox" error={error} retry={() => void refetch()} />
      ) : !data || data.data.length === 0 ? (
        <Empty title="Nothing has come yet">
          <Text c="dimmed" mb="md">
            Set up a webhook, choose the built-in inbox as its URL, and what it sends is listed here.
          </Text>
          <Button renderRoot={(props) => <Link to="/settings/integrations/webhooks/new" {...props} />}>
            Set up a new webhook
          </Button>
        </Empty>
      ) : (
        <>
          <ul className="hw-events" aria-label="Deliveries, newest first">
            {data.data.map((item) => (
              <Row key={item.id} item={item} />
            ))}
          </ul>
          {data.pagination.total > data.data.length && (
            <Button variant="default" size="compact-sm" mt="sm" onClick={() => setLimit(limit + STEP)}>
              Show more
            </Button>
          )}
        </>
      )}
    </Page>
  );
}

function Row({ item }: { item: InboxItem }) {
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
        <time className="hw-mono" dateTime={item.receivedAt} title={new Date(item.receivedAt).toLocaleString()}>
          {logTime(item.receivedAt, now)}
        </time>
        <span className="hw-event-body">
          <span className="hw-event-name">{titleOf(item.body)}</span>{" "}
          <span className="hw-event-who">{item.headers["webhook-id"]}</span>
        </span>
      </button>
      {isOpen && (
        <div id={panel} className="hw-detail">
          <CodeBlock code={`${headerLines(item.headers)}\n\n${pretty(item.body)}`} what={`delivery ${item.id}`} wrap />
        </div>
      )}
    </li>
  );
}

/** The event's name in either format. */
function titleOf(body: string): string {
  try {
    const { payload, text } = read(body) as { payload?: Record<string, unknown>; text?: string };
    return String(payload?.eventName ?? payload?.screenName ?? payload?.type ?? text ?? "Delivery");
  } catch {
    return "Delivery";
  }
}
