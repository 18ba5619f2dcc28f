/** The form of a webhook: address, name, format, topics, filters, advanced, status. The same for a new one and for one that is. */

import { Alert, Button, Checkbox, Group, PasswordInput, Radio, Stack, Switch, Text, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";
import type { WebhookGiven } from "../../api/sending";
import type { Webhook, WebhookFormat } from "../../api/types";
import { useDraft } from "../../parts/useDraft";
import { Advanced } from "../sending/Advanced";
import { TOPICS } from "../sending/words";
import { FIRST, givenOf, INBOX, inOrder, MASK, type Problems, problemsOf, valuesOf } from "./webhookValues";

type Props = {
  webhook?: Webhook;
  action: string;
  isBusy: boolean;
  error: Error | null;
  isDone?: boolean;
  /** Of a webhook that is: only what was changed. */
  onSubmit: (given: Partial<WebhookGiven>) => Promise<unknown>;
};

export function WebhookForm({ webhook, action, isBusy, error, isDone = false, onSubmit }: Props) {
  const { values, edits, isEdited, change, clear } = useDraft(webhook ? valuesOf(webhook) : FIRST);
  const [problems, setProblems] = useState<Problems>({});
  const form = useRef<HTMLFormElement>(null);

  function submit(event: FormEvent) {
    event.preventDefault();
    const found = problemsOf(values);
    setProblems(found);
    const first = Object.keys(found)[0];
    if (first) form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
    else onSubmit(givenOf(webhook ? edits : values, values)).then(clear, () => undefined);
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
          value={values.url}
          error={problems.url}
          onChange={(event) => change({ url: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
        {values.url !== INBOX && (
          <Group gap="xs">
            <Text size="sm" c="dimmed">
              No receiver at hand?
            </Text>
            <Button
              variant="default"
              size="compact-sm"
              onClick={() => {
                change({ url: INBOX });
                form.current?.querySelector<HTMLElement>('[name="url"]')?.focus();
              }}
            >
              Use the built-in inbox
            </Button>
          </Group>
        )}
        <TextInput
          label="Name"
          name="name"
          required
          value={values.name}
          error={problems.name}
          onChange={(event) => change({ name: event.currentTarget.value })}
          autoComplete="off"
        />
        <Radio.Group
          label="Format"
          value={values.format}
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
          value={values.topics}
          onChange={(topics) => change({ topics: inOrder(topics) })}
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
              value={values.contents}
              onChange={(event) => change({ contents: event.currentTarget.value })}
              autosize
              minRows={2}
            />
            <Textarea
              label="Only these events"
              description="Names of events or labels of interactions, one a line. Empty: all of the topics."
              value={values.names}
              onChange={(event) => change({ names: event.currentTarget.value })}
              autosize
              minRows={2}
            />
          </Stack>
        </details>
        <Advanced terms={values} problems={problems} onChange={change}>
          {values.format === "default" && (
            <PasswordInput
              label="Shared secret"
              description="For receivers that check X-Signature, the hex HMAC-SHA1 of the body. Empty: none is sent."
              value={values.shared === MASK ? "" : values.shared}
              placeholder={values.shared === MASK ? "Kept. Type to change it." : undefined}
              onChange={(event) => change({ shared: event.currentTarget.value })}
              visibilityToggleButtonProps={{ "aria-label": "Show or hide the shared secret" }}
              autoComplete="off"
            />
          )}
          {webhook?.sharedSecret != null && values.format === "default" && values.shared !== "" && (
            <div>
              <Button variant="default" size="compact-sm" onClick={() => change({ shared: "" })}>
                Take the shared secret away
              </Button>
            </div>
          )}
        </Advanced>
        <Switch
          label={values.enabled ? "Status: Enabled" : "Status: Disabled"}
          checked={values.enabled}
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
            {webhook && isEdited ? "Not saved yet." : isDone ? "Saved." : ""}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
