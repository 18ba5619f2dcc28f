/** Where one event went: a line for each connection that it matched, with how far its delivery is. */

import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { ReaderMark } from "./ReaderMark";
import { type Named, publicId, useConnections } from "./useConnections";

export type Sent = { connectionId: string; status: string; attempts: number; detail: string | null };

export function isSent(detail: Record<string, unknown>): detail is { deliveries: Sent[] } {
  return Array.isArray(detail.deliveries);
}

export function Deliveries({ deliveries, status }: { deliveries: Sent[]; status: string }) {
  const connections = useConnections();
  if (deliveries.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {status === "pending" ? "It is on its way there." : "No webhook, destination or integration takes it."}
      </Text>
    );
  }
  return (
    <ul className="hw-deliveries" aria-label="Deliveries">
      {deliveries.map(({ connectionId, status, attempts, detail }) => (
        <li key={connectionId}>
          <ReaderMark status={status} />{" "}
          <Text size="sm" component="span">
            <To connection={connections.find(({ id }) => id === publicId(connectionId))} id={publicId(connectionId)} />
            <span className="hw-aside">
              {" "}
              · {attempts === 1 ? "1 attempt" : `${attempts} attempts`}
              {detail && ` · ${detail}`}
            </span>
          </Text>
        </li>
      ))}
    </ul>
  );
}

function To({ connection, id }: { connection: Named | undefined; id: string }) {
  if (!connection) return <span className="hw-mono">{id}</span>;
  const place = { params: { id }, className: "hw-link" };
  switch (connection.kind) {
    case "webhooks":
      return (
        <Link to="/settings/integrations/webhooks/$id" {...place}>
          {connection.name}
        </Link>
      );
    case "destinations":
      return (
        <Link to="/destinations/$id" {...place}>
          {connection.name}
        </Link>
      );
    case "integrations":
      return (
        <Link to="/settings/integrations/$slug" params={{ slug: id }} className="hw-link">
          {connection.name}
        </Link>
      );
  }
}
