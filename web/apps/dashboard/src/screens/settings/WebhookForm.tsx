/** The form of a webhook: address, name, format, topics, filters, status. The same for a new one and for one that is. */

import { Alert, Button, Checkbox, Group, Radio, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";
import type { WebhookGiven } from "../../api/sending";
import type { Topic, Webhook, WebhookFormat } from "../../api/types";
import { list, TOPICS } from "../sending/words";

export const INBOX = "headwater:inbox";

type Props = {
  webhook?: Webhook;
  action: string;
  isBusy: boolean;
  error: Error | null;
  isDone?: boolean;
  onSubmit: (given: WebhookGiven) => void;
};

const FIRST: WebhookGiven = {
  name: "",
  url: "",
  format: "default",
  topics: ["content.view", "content.interaction", "form.submission"],
  filters: {},
  enabled: true,
};

export function WebhookForm({ webhook, action, isBusy, error, isDone = false, onSubmit }: Props) {
  const [given, setGiven] = useState<WebhookGiven>(webhook ?? FIRST);
  const [contents, setContents] = useState((webhook?.filters.contentIds ?? []).join("\n"));
  const [names, setNames] = useState((webhook?.filters.eventNames ?? []).join("\n"));
  const [problems, setProblems] = useState<Partial<Record<"url" | "name" | "topics", string>>>({});
  const form = useRef<HTMLFormElement>(null);
  const change = (part: Partial<WebhookGiven>) => setGiven((before) => ({ ...before, ...part }));

  function submit(event: FormEvent) {
    event.preventDefault();
    const found: typeof problems = {};
    if (given.url.trim() !== INBOX && !/^https?:\/\/[^\s/]/i.test(given.url.trim()))
      found.url = "Give the full address, beginning with https:// or http://.";
    if (given.name.trim() === "") found.name = "Give the webhook a name.";
    if (given.topics.length === 0 && !list(names)) found.topics = "Choose a topic, or name events below.";
    setProblems(found);
    const first = Object.keys(found)[0];
    if (first) {
      form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
      return;
    }
    const { name, url, format, topics, enabled } = given;
    const filters = { ...given.filters, contentIds: list(contents), eventNames: list(names) };
    onSubmit({ name: name.trim(), url: url.trim(), format, topics, enabled, filters });
  }

  return (
    <form ref={form} onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label="URL"
          name="url"
          type="url"
          required
          description="Where events are posted: a server of yours, Zapier, Make, a Slack incoming webhook."
          value={given.url}
          error={problems.url}
          onChange={(event) => change({ url: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
        <Group gap="xs">
          <Text size="sm" c="dimmed">
            No receiver at hand?
          </Text>
          <Button variant="default" size="compact-sm" onClick={() => change({ url: INBOX })}>
            Use the built-in inbox
          </Button>
        </Group>
        <TextInput
          label="Name"
          name="name"
          required
          value={given.name}
          error={problems.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          autoComplete="off"
        />
        <Radio.Group
          label="Format"
          value={given.format}
          onChange={(format) => change({ format: format as WebhookFormat })}
        >
          <Stack gap={6} mt={6}>
            <Radio value="default" label="Default" description="JSON: the event under payload." />
            <Radio value="slack" label="Slack" description="A message for a Slack incoming webhook." />
          </Stack>
        </Radio.Group>
        <Checkbox.Group
          label="Topics"
          error={problems.topics}
          value={given.topics}
          onChange={(topics) => change({ topics: topics as Topic[] })}
        >
          <Stack gap={6} mt={6} mb={6}>
            {TOPICS.map(({ value, label, meaning }) => (
              <Checkbox key={value} name="topics" value={value} label={label} description={meaning} />
            ))}
          </Stack>
        </Checkbox.Group>
        <details>
          <summary>Filters</summary>
          <Stack gap="sm" mt="sm">
            <Textarea
              label="Only these contents"
              description="contentIds, one a line. Empty: all content."
              value={contents}
              onChange={(event) => setContents(event.currentTarget.value)}
              autosize
              minRows={2}
            />
            <Textarea
              label="Only these events"
              description="Names of events or labels of interactions, one a line. Empty: all of the topics."
              value={names}
              onChange={(event) => setNames(event.currentTarget.value)}
              autosize
              minRows={2}
            />
          </Stack>
        </details>
        <Switch
          label={given.enabled ? "Status: Enabled" : "Status: Disabled"}
          checked={given.enabled}
          onChange={(event) => change({ enabled: event.currentTarget.checked })}
        />
        {error && (
          <Alert color="brick" variant="outline" title="It was not saved" role="alert">
            {error.message}
          </Alert>
        )}
        <Group gap="sm">
          <Button type="submit" loading={isBusy}>
            {action}
          </Button>
          <Text size="sm" role="status">
            {isDone ? "Saved." : ""}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
