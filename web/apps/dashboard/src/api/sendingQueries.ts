/** What the screens about sending read, as query options. Logs and figures are asked again while one looks at them. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import * as calls from "./sending";
import type { ConnectionKind } from "./types";

const LIVE_MS = 2_000;
const STEADY_MS = 10_000;

export const webhooksQuery = queryOptions({
  queryKey: ["webhooks"],
  queryFn: calls.webhooks,
  refetchInterval: STEADY_MS,
});
export const webhookQuery = (id: string) =>
  queryOptions({ queryKey: ["webhook", id], queryFn: () => calls.webhook(id), refetchInterval: LIVE_MS });

export const troublesQuery = (id: string) =>
  queryOptions({ queryKey: ["troubles", id], queryFn: () => calls.troubleshooting(id), staleTime: 0 });

export const catalogDestinationsQuery = (q: string) =>
  queryOptions({
    queryKey: ["catalog", "destinations", q],
    queryFn: () => calls.catalogDestinations(q),
    staleTime: 300_000,
  });
export const catalogDestinationQuery = (slug: string) =>
  queryOptions({
    queryKey: ["catalog", "destination", slug],
    queryFn: () => calls.catalogDestination(slug),
    staleTime: 300_000,
  });

export const destinationsQuery = queryOptions({
  queryKey: ["destinations"],
  queryFn: calls.destinations,
  refetchInterval: STEADY_MS,
});
export const destinationQuery = (id: string) =>
  queryOptions({ queryKey: ["destination", id], queryFn: () => calls.destination(id), refetchInterval: LIVE_MS });

export const integrationsQuery = queryOptions({
  queryKey: ["integrations"],
  queryFn: calls.integrations,
  refetchInterval: STEADY_MS,
});
export const integrationQuery = (slug: string) =>
  queryOptions({ queryKey: ["integration", slug], queryFn: () => calls.integration(slug), refetchInterval: LIVE_MS });

export const attemptsQuery = (kind: ConnectionKind, id: string, search: calls.AttemptSearch) =>
  queryOptions({
    queryKey: ["attempts", kind, id, search],
    queryFn: () => calls.attempts(kind, id, search),
    refetchInterval: LIVE_MS,
    placeholderData: keepPreviousData,
  });
export const attemptQuery = (kind: ConnectionKind, id: string, attemptId: string) =>
  queryOptions({ queryKey: ["attempt", kind, id, attemptId], queryFn: () => calls.attempt(kind, id, attemptId) });

export const deliveryQuery = (connectionId: string) =>
  queryOptions({
    queryKey: ["delivery", connectionId],
    queryFn: () => calls.delivery(connectionId),
    refetchInterval: LIVE_MS * 2,
  });

export const inboxQuery = (limit: number) =>
  queryOptions({
    queryKey: ["inbox", limit],
    queryFn: () => calls.inbox(limit),
    refetchInterval: LIVE_MS,
    placeholderData: keepPreviousData,
  });
