/** Settings > Workspaces > Access Keys: the client token that pages carry, and the API keys of programs. */

import { Button, Group, NativeSelect, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { queryClient } from "../../api/cache";
import { addClientToken, apiKeys, createApiKey, removeApiKey, removeClientToken, type Scope } from "../../api/calls";
import { useOnce } from "../../api/once";
import { workspaceQuery } from "../../api/queries";
import type { ApiKey } from "../../api/types";
import { CodeBlock } from "../../parts/CodeBlock";
import { CopyButton } from "../../parts/Copy";
import { Removal } from "../../parts/Removal";
import { Failed, Loading } from "../../parts/States";
import { When } from "../../parts/When";
import { Page } from "../../shell/Page";
import { Sections } from "./Sections";

export function Workspace() {
  const { data, error, isPending, refetch } = useQuery(workspaceQuery);
  return (
    <Page title="Access Keys" lead="What pages and programs show to be let in to this workspace.">
      <Sections />
      {isPending ? (
        <Loading what="the workspace" />
      ) : error && !data ? (
        <Failed what="read the workspace" error={error} retry={() => void refetch()} />
      ) : (
        <Stack gap="lg">
          <ClientTokens tokens={data.clientTokens} />
          <ApiKeys />
        </Stack>
      )}
    </Page>
  );
}

function ClientTokens({ tokens }: { tokens: string[] }) {
  const [leaving, setLeaving] = useState<string | null>(null);
  const refresh = () => queryClient.invalidateQueries(workspaceQuery);
  const add = useOnce({ mutationFn: addClientToken, onSuccess: refresh });
  return (
    <section className="hw-card" aria-labelledby="client-token">
      <Title order={2} id="client-token" mb="xs">
        {tokens.length > 1 ? "Client tokens" : "Client token"}
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Pages send their events with it, to /api/events/batch?token=… It is public and lets nobody read anything. The
        script that does so, ready to copy, stands with{" "}
        <Link to="/sources/$id" params={{ id: "customer-events" }} className="hw-link">
          Customer events
        </Link>
        .
      </Text>
      <Stack gap="xs">
        {tokens.map((token, index) => (
          <div key={token} style={{ display: "flex", flexWrap: "wrap", gap: "0.5rem", alignItems: "center" }}>
            <code className="hw-code hw-code-wrap hw-line" style={{ flex: "1 1 12rem" }}>
              {token}
            </code>
            <CopyButton text={token} what={tokens.length > 1 ? `client token ${index + 1}` : "client token"} />
            {tokens.length > 1 && (
              <Button size="compact-sm" variant="default" onClick={() => setLeaving(token)}>
                Remove
                <span className="hw-sr">&nbsp;client token {index + 1}</span>
              </Button>
            )}
          </div>
        ))}
      </Stack>
      <Group gap="sm" mt="xs">
        <Button size="compact-sm" variant="default" loading={add.isPending} onClick={() => add.mutate()}>
          Add a new token
        </Button>
        <Text size="sm" c="dimmed">
          All of them work until you remove them.
        </Text>
      </Group>
      {add.error && <Failed what="add a client token" error={add.error} />}
      <Removal
        thing={leaving}
        what="the token"
        title="Remove this client token?"
        remove={async (token) => {
          await removeClientToken(token);
          await refresh();
        }}
        onClose={() => setLeaving(null)}
      >
        <Text size="sm">
          Pages that still carry <span className="hw-mono">{leaving}</span> stop working with it at once: their events are
          refused with 403, and they show no content. It cannot be taken back. What they sent so far stays.
        </Text>
      </Removal>
    </section>
  );
}

const SCOPES: { value: Scope; label: string }[] = [
  { value: "admin", label: "admin: everything in this workspace" },
  { value: "data", label: "data: reads what events carry" },
  { value: "read", label: "read: sees settings and figures" },
];
const keysQuery = { queryKey: ["api-keys"], queryFn: apiKeys };

function ApiKeys() {
  const { data, error, isPending, refetch } = useQuery(keysQuery);
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Scope>("admin");
  const [leaving, setLeaving] = useState<ApiKey | null>(null);
  const refresh = () => queryClient.invalidateQueries(keysQuery);
  const create = useOnce({ mutationFn: () => createApiKey(name.trim(), scope), onSuccess: refresh });
  function submit(event: FormEvent) {
    event.preventDefault();
    if (name.trim() !== "") create.mutate();
  }
  return (
    <section className="hw-card" aria-labelledby="api-keys">
      <Title order={2} id="api-keys" mb="xs">
        API keys
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        For programs that call the management API, and for back ends that send to /api/eventWebhook (scope admin).
      </Text>
      {isPending ? (
        <Loading what="the API keys" lines={1} />
      ) : error && !data ? (
        <Failed what="read the API keys" error={error} retry={() => void refetch()} />
      ) : data.data.length === 0 ? (
        <Text size="sm" mb="sm">
          No API key yet.
        </Text>
      ) : (
        <ul className="hw-events" aria-label="API keys" style={{ marginBlockEnd: "0.75rem" }}>
          {data.data.map((key) => (
            <li key={key.id} style={{ display: "flex", flexWrap: "wrap", gap: "0.5rem 1rem", padding: "0.5rem 0.75rem" }}>
              <span style={{ flex: "1 1 12rem" }}>
                <strong>{key.name}</strong> <span className="hw-mono">{key.prefix}…</span> {key.scopes.join(", ")}{" "}
                <span className="hw-event-who">{key.lastUsedAt ? <When at={key.lastUsedAt} /> : "never used"}</span>
              </span>
              <Button size="compact-sm" variant="default" onClick={() => setLeaving(key)}>
                Remove
                <span className="hw-sr">&nbsp;{key.name}</span>
              </Button>
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={submit}>
        <Group gap="sm" align="flex-end">
          <TextInput
            label="Name of a new key"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            autoComplete="off"
            style={{ flex: "1 1 12rem", minWidth: 0 }}
          />
          <NativeSelect
            label="Scope"
            value={scope}
            onChange={(event) => setScope(event.currentTarget.value as Scope)}
            data={SCOPES}
          />
          <Button type="submit" variant="default" loading={create.isPending} disabled={name.trim() === ""}>
            Create key
          </Button>
        </Group>
      </form>
      {create.data && (
        <div role="status" style={{ marginBlockStart: "0.75rem" }}>
          <Text size="sm">Copy it now: it is shown this once.</Text>
          <CodeBlock code={create.data.key} what="API key" wrap />
        </div>
      )}
      {create.error && <Failed what="create the API key" error={create.error} />}
      <Removal
        thing={leaving}
        what="the key"
        title={`Remove the API key ${leaving?.name ?? ""}?`}
        remove={async (key) => {
          await removeApiKey(key.id);
          await refresh();
        }}
        onClose={() => setLeaving(null)}
      >
        <Text size="sm">
          Programs and back ends that still use <span className="hw-mono">{leaving?.prefix}…</span> are refused with 401
          from now on{leaving?.scopes.includes("admin") ? ", the events that they send included" : ""}. It cannot be taken
          back: the same key never comes again.
        </Text>
      </Removal>
    </section>
  );
}
