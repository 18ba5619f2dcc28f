/** Every connection that events go out by, with its name and its page. */

import { useQuery } from "@tanstack/react-query";
import { destinationsQuery, integrationsQuery, webhooksQuery } from "../../api/sendingQueries";
import type { ConnectionKind } from "../../api/types";

export type Named = { id: string; name: string; kind: ConnectionKind; what: string };

const WORDS: Record<ConnectionKind, string> = {
  webhooks: "webhook",
  destinations: "destination",
  integrations: "integration",
};

export function useConnections(): Named[] {
  const webhooks = useQuery(webhooksQuery).data?.data ?? [];
  const destinations = useQuery(destinationsQuery).data?.data ?? [];
  const integrations = useQuery(integrationsQuery).data?.data.filter(({ configured }) => configured) ?? [];
  const named = (kind: ConnectionKind, all: { id: string; name: string }[]) =>
    all.map(({ id, name }) => ({ id, name, kind, what: WORDS[kind] }));
  return [
    ...named("webhooks", webhooks),
    ...named("destinations", destinations),
    ...named("integrations", integrations),
  ];
}

/** Integrations are stored under the workspace's id and their slug, with a dot between. */
export const publicId = (stored: string) => stored.slice(stored.lastIndexOf(".") + 1);
