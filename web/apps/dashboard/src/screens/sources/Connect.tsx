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
  const writeKey = source.writeKeys.at(-1) ?? "";
  return (
    <section className="hw-card" aria-labelledby="connect">
      <Title order={2} id="connect" mb="xs">
        Connect
      </Title>
      {source.id === "customer-events" ? (
        <CustomerEvents />
      ) : source.id === "segments" ? (
        <Text size="sm">Who enters and leaves a segment is told here by headwater itself; nothing is sent to it.</Text>
      ) : source.id === "rest" ? (
        <>
          <Text size="sm" mb="xs">
            Back ends tell of users and what they do: with the write key of this source, or with an API key of the
            workspace.
          </Text>
          <WriteKeys source={source} />
          {me && <Snippets all={restSnippets(writeKey, me.publicUrl)} first="curl" />}
        </>
      ) : (
        <>
          <WriteKeys source={source} />
          {me && (
            <Snippets
              all={snippets(writeKey, me.publicUrl, sampleCall(entry))}
              first={source.platform === "browser" ? "browser" : "curl"}
            />
          )}
          {source.inboundUrl && <Inbound url={source.inboundUrl} />}
        </>
      )}
    </section>
  );
}

/** Pages send to it by a door of its own, with the client token instead of a write key. */
function CustomerEvents() {
  const { data: me } = useQuery(meQuery);
  const { data: workspace } = useQuery(workspaceQuery);
  return (
    <>
      <Text size="sm" mb="xs">
        Pages send what people see, click and answer with the client token of the workspace. It says whose events they
        are, and is no secret.
      </Text>
      {workspace && <Copyable title="Client token" value={workspace.clientToken} testId="client-token" />}
      {workspace && me && <Snippets all={customerEventSnippets(workspace.clientToken, me.publicUrl)} first="curl" />}
    </>
  );
}

function Copyable({ title, value, testId }: { title: string; value: string; testId: string }) {
  return (
    <div>
      <Title order={3} mb={4}>
        {title}
      </Title>
      <div style={{ display: "flex", flexWrap: "wrap", gap: "0.5rem", alignItems: "center" }}>
        <code className="hw-code hw-code-wrap hw-line" data-testid={testId} style={{ flex: "1 1 10rem" }}>
          {value}
        </code>
        <CopyButton text={value} what={title} />
      </div>
    </div>
  );
}

/** Where other tools post their webhooks, for sources that take them. */
function Inbound({ url }: { url: string }) {
  return (
    <div style={{ marginBlockStart: "1rem" }}>
      <Copyable title="Inbound webhook URL" value={url} testId="inbound-url" />
      <Text size="sm" c="dimmed" mt={4}>
        Webhooks that are sent there become events of this source.
      </Text>
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
