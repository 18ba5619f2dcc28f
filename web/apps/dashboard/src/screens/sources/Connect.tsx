/** The write keys, and how to send with the newest of them; of a built-in source its door. */

import { Tabs, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery, workspaceQuery } from "../../api/queries";
import type { CatalogEntry, Source } from "../../api/types";
import { CodeBlock } from "../../parts/CodeBlock";
import { CopyButton } from "../../parts/Copy";
import { customerEventSnippets, restSnippets } from "./doorSnippets";
import { sampleCall, type Snippet, snippets } from "./snippets";
import { WriteKeys } from "./WriteKeys";

export function Connect({ source, entry }: { source: Source; entry: CatalogEntry | undefined }) {
  const { data: me } = useQuery(meQuery);
  const newestKey = source.writeKeys.at(-1);
  return (
    <section className="hw-card" aria-labelledby="connect">
      <Title order={2} id="connect" mb="xs">
        Connect
      </Title>
      {newestKey === undefined ? (
        <Door source={source} />
      ) : (
        <>
          <WriteKeys source={source} />
          {me && (
            <Snippets
              all={snippets(newestKey, me.publicUrl, sampleCall(entry))}
              first={source.platform === "browser" ? "browser" : "curl"}
            />
          )}
        </>
      )}
    </section>
  );
}

/** A built-in source has no write key: it is reached by a door of its own. */
function Door({ source }: { source: Source }) {
  const { data: me } = useQuery(meQuery);
  const { data: workspace } = useQuery(workspaceQuery);
  if (source.id === "customer-events") {
    return (
      <>
        <Text size="sm" mb="xs">
          Pages send what people see, click and answer with the client token of the workspace. It says whose events they
          are, and is no secret.
        </Text>
        {workspace && <Token token={workspace.clientToken} />}
        {workspace && me && <Snippets all={customerEventSnippets(workspace.clientToken, me.publicUrl)} first="curl" />}
      </>
    );
  }
  if (source.id === "rest") {
    return (
      <>
        <Text size="sm">
          Back ends tell of users and what they do with an API key of the workspace. A key is shown once, when it is made:{" "}
          <span className="hw-mono">POST /api/v1/workspace/api-keys</span>.
        </Text>
        {me && <Snippets all={restSnippets(me.publicUrl)} first="curl" />}
      </>
    );
  }
  return (
    <Text size="sm" c="dimmed">
      This source is built in: its events are made here, so nothing can be sent to it.
    </Text>
  );
}

function Token({ token }: { token: string }) {
  return (
    <div>
      <Title order={3} mb={4}>
        Client token
      </Title>
      <div style={{ display: "flex", flexWrap: "wrap", gap: "0.5rem", alignItems: "center" }}>
        <code className="hw-code hw-code-wrap hw-line" data-testid="client-token" style={{ flex: "1 1 10rem" }}>
          {token}
        </code>
        <CopyButton text={token} what="client token" />
      </div>
    </div>
  );
}

function Snippets({ all, first }: { all: Snippet[]; first: string }) {
  const [shown, setShown] = useState<string | null>(first);
  return (
    <div style={{ marginBlockStart: "1rem" }}>
      <Title order={3} size="0.95rem" mb={4}>
        Send an event
      </Title>
      <Tabs value={shown} onChange={setShown} keepMounted={false}>
        <Tabs.List>
          {all.map(({ id, label }) => (
            <Tabs.Tab key={id} value={id}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {all.map(({ id, label, code }) => (
          <Tabs.Panel key={id} value={id} pt="xs">
            <CodeBlock code={code} what={`${label} snippet`} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </div>
  );
}
