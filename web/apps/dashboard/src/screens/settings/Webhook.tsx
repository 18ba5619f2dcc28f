/** One webhook: how it fares, its log, its form, its secret, and what to look at when nothing arrives. */

import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { queryClient } from "../../api/cache";
import { useOnce } from "../../api/once";
import { changeWebhook, deleteWebhook, rotateSecret, webhookSecret } from "../../api/sending";
import { webhookQuery } from "../../api/sendingQueries";
import type { Webhook as WebhookValue } from "../../api/types";
import { CodeBlock } from "../../parts/CodeBlock";
import { Failed, Loading } from "../../parts/States";
import { Awaited } from "../../parts/When";
import { Page } from "../../shell/Page";
import { Actions, refreshConnection } from "../sending/Actions";
import { Delete } from "../sending/Delete";
import { Delivery } from "../sending/Delivery";
import { Log } from "../sending/Log";
import { ConnectionMarks } from "../sending/Status";
import { topicNames } from "../sending/words";
import { Back } from "./Back";
import { Troubles } from "./Troubles";
import { WebhookForm } from "./WebhookForm";
import { INBOX } from "./webhookValues";

const route = getRouteApi("/inside/settings/integrations/webhooks/$id");

export function Webhook() {
  const { id } = route.useParams();
  const { data: webhook, error, isPending, refetch } = useQuery(webhookQuery(id));
  if (isPending) return <Loading what="the webhook" lines={4} />;
  if (error && !webhook) {
    return (
      <Page title="Webhook" lead={<Back />}>
        <Failed what="show this webhook" error={error} retry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <Page title={webhook.name} place={`webhook ${id}`} lead={<Facts webhook={webhook} />}>
      <div className="hw-two">
        <Stack gap="lg">
          <section className="hw-card" aria-label="State and actions">
            <Actions kind="webhooks" id={id} connection={webhook} />
          </section>
          <Log kind="webhooks" id={id} />
          <Delivery id={id} />
        </Stack>
        <Stack gap="lg">
          <Settings webhook={webhook} />
          <Troubles id={id} />
          <Secret id={id} />
          <section className="hw-card" aria-label="Delete">
            <Ending webhook={webhook} />
          </section>
        </Stack>
      </div>
    </Page>
  );
}

function Facts({ webhook }: { webhook: WebhookValue }) {
  return (
    <Stack gap={4}>
      <Back />
      <Group gap="sm">
        <ConnectionMarks {...webhook} />
        <Text size="sm">{webhook.format === "slack" ? "Slack format" : "Default format"}</Text>
        <Text size="sm" c="dimmed">
          {topicNames(webhook.topics) || "events by name"}
        </Text>
        {webhook.url === INBOX && (
          <Text size="sm">
            goes to <Link to="/inbox">the built-in inbox</Link>
          </Text>
        )}
      </Group>
    </Stack>
  );
}

function Settings({ webhook }: { webhook: WebhookValue }) {
  const save = useMutation({
    mutationFn: (given: Parameters<typeof changeWebhook>[1]) => changeWebhook(webhook.id, given),
    onSuccess: async (saved) => {
      // An answer that was asked for before this one would show the old values again for a moment.
      await queryClient.cancelQueries({ queryKey: ["webhook", webhook.id] });
      queryClient.setQueryData(webhookQuery(webhook.id).queryKey, saved);
      void refreshConnection("webhooks", webhook.id);
    },
  });
  return (
    <section className="hw-card" aria-labelledby="settings">
      <Title order={2} id="settings" mb="sm">
        Settings
      </Title>
      <WebhookForm
        key={webhook.id}
        webhook={webhook}
        action="Save"
        isBusy={save.isPending}
        isDone={save.isSuccess}
        error={save.error}
        onSubmit={(given) => save.mutateAsync(given)}
      />
    </section>
  );
}

function Secret({ id }: { id: string }) {
  const show = useMutation({ mutationFn: () => webhookSecret(id) });
  const rotate = useOnce({ mutationFn: () => rotateSecret(id) });
  const known = rotate.data ?? show.data;
  return (
    <section className="hw-card" aria-labelledby="secret">
      <Title order={2} id="secret" mb="xs">
        Signing secret
      </Title>
      <Text size="sm" mb="sm">
        Each request carries <span className="hw-mono">webhook-id</span>,{" "}
        <span className="hw-mono">webhook-timestamp</span> and <span className="hw-mono">webhook-signature</span> of the
        Standard Webhooks specification. Any of its libraries verifies them with this secret.
      </Text>
      {known && <CodeBlock code={known.secret} what="newest secret" wrap />}
      {known?.live
        .filter((old) => old.expiresAt !== null)
        .map((old) => (
          <Text key={old.secret} size="sm" mt="xs">
            The one before, <span className="hw-mono">{old.secret.slice(0, 12)}…</span>, still signs too.{" "}
            <Awaited what="It expires" at={old.expiresAt as string} />
          </Text>
        ))}
      <Group gap="sm" mt="sm">
        {!known && (
          <Button variant="default" loading={show.isPending} onClick={() => show.mutate()}>
            Show
          </Button>
        )}
        <Button variant="default" loading={rotate.isPending} onClick={() => rotate.mutate()}>
          Rotate
        </Button>
        <Text size="sm" role="status">
          {rotate.isSuccess ? "A new secret; both sign for a day." : ""}
        </Text>
      </Group>
      {(show.error ?? rotate.error) && (
        <Failed what="get the secret" error={(show.error ?? rotate.error) as Error} />
      )}
    </section>
  );
}

function Ending({ webhook }: { webhook: WebhookValue }) {
  const navigate = useNavigate();
  return (
    <Delete
      what="webhook"
      name={webhook.name}
      remove={() => deleteWebhook(webhook.id)}
      onDone={() => {
        queryClient.removeQueries({ queryKey: ["webhook", webhook.id] });
        void queryClient.invalidateQueries({ queryKey: ["webhooks"] });
        void navigate({ to: "/settings/integrations" });
      }}
    />
  );
}
