/** The write keys, and how to send with the newest of them. */

import { Tabs, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { meQuery } from "../../api/queries";
import type { CatalogEntry, Source } from "../../api/types";
import { CodeBlock } from "../../parts/CodeBlock";
import { sampleCall, snippets } from "./snippets";
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
        <Text size="sm" c="dimmed">
          This source is built in: events reach it by a door of their own, so it has no write key.
        </Text>
      ) : (
        <>
          <WriteKeys source={source} />
          {me && <Snippets source={source} entry={entry} writeKey={newestKey} publicUrl={me.publicUrl} />}
        </>
      )}
    </section>
  );
}

type SnippetsProps = { source: Source; entry: CatalogEntry | undefined; writeKey: string; publicUrl: string };

function Snippets({ source, entry, writeKey, publicUrl }: SnippetsProps) {
  const all = snippets(writeKey, publicUrl, sampleCall(entry));
  const [shown, setShown] = useState<string | null>(source.platform === "browser" ? "browser" : "curl");
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
