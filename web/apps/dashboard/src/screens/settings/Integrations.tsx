/** Settings > Integrations: outgoing webhooks, and the two senders that speak as Candu and Produktly do. */

import { Badge, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { integrationsQuery, webhooksQuery } from "../../api/sendingQueries";
import type { Webhook } from "../../api/types";
import { Failed, Loading } from "../../parts/States";
import { When } from "../../parts/When";
import { PlusIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { ConnectionMarks } from "../sending/Status";
import { topicNames } from "../sending/words";
import { Sections } from "./Sections";

export function Integrations() {
  return (
    <Page
      title="Integrations"
      lead="Settings of what goes out of this workspace. Sources and destinations have pages of their own."
    >
      <Sections />
      <Stack gap="xl">
        <Webhooks />
        <Senders />
      </Stack>
    </Page>
  );
}

function SetUp() {
  return (
    <Button
      leftSection={<PlusIcon />}
      renderRoot={(props) => <Link to="/settings/integrations/webhooks/new" {...props} />}
    >
      Set up a new webhook
    </Button>
  );
}

function Webhooks() {
  const { data, error, isPending, refetch } = useQuery(webhooksQuery);
  return (
    <section aria-labelledby="webhooks">
      <Group justify="space-between" mb="sm" gap="sm">
        <Title order={2} id="webhooks">
          Outgoing Webhooks
        </Title>
        <SetUp />
      </Group>
      <Text size="sm" mb="sm">
        What webhooks to the built-in inbox delivered is listed in the{" "}
        <Link to="/inbox" className="hw-link">
          inbox
        </Link>
        .
      </Text>
      {isPending ? (
        <Loading what="the webhooks" lines={2} />
      ) : error && !data ? (
        <Failed what="load the webhooks" error={error} retry={() => void refetch()} />
      ) : data.data.length === 0 ? (
        <div className="hw-card">
          <Text>No webhook yet.</Text>
          <Text c="dimmed" size="sm">
            A webhook posts content views, interactions and form submissions to an address of yours, or to Slack.
          </Text>
        </div>
      ) : (
        <WebhookTable webhooks={data.data} />
      )}
    </section>
  );
}

function WebhookTable({ webhooks }: { webhooks: Webhook[] }) {
  return (
    <div className="hw-card" style={{ padding: 0, overflow: "hidden" }}>
      <table className="hw-table hw-stack">
        <caption className="hw-sr">Outgoing webhooks</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Topics</th>
            <th scope="col">Format</th>
            <th scope="col">Status</th>
            <th scope="col">Last delivered</th>
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <tr key={webhook.id}>
              <th scope="row">
                <Link
                  to="/settings/integrations/webhooks/$id"
                  params={{ id: webhook.id }}
                  style={{ color: "var(--mantine-color-anchor)" }}
                >
                  {webhook.name}
                </Link>
              </th>
              <td data-label="Topics">{topicNames(webhook.topics) || "by event name"}</td>
              <td data-label="Format">{webhook.format === "slack" ? "Slack" : "Default"}</td>
              <td data-label="Status">
                <ConnectionMarks {...webhook} />
              </td>
              <td data-label="Last delivered">
                {webhook.state?.lastDeliveredAt ? (
                  <When at={webhook.state.lastDeliveredAt} />
                ) : (
                  <Text c="dimmed" size="sm" component="span">
                    never
                  </Text>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Senders() {
  const { data, error, isPending, refetch } = useQuery(integrationsQuery);
  return (
    <section aria-labelledby="senders">
      <Title order={2} id="senders" mb="sm">
        Segment
      </Title>
      {isPending ? (
        <Loading what="the integrations" lines={2} />
      ) : error && !data ? (
        <Failed what="load the integrations" error={error} retry={() => void refetch()} />
      ) : (
        <ul className="hw-tiles">
          {data.data.map((sender) => (
            <li key={sender.id}>
              <Link to="/settings/integrations/$slug" params={{ slug: sender.id }} className="hw-card hw-tile">
                <Title order={3}>{sender.name}</Title>
                <Group gap="xs">
                  <Badge variant={sender.enabled ? "default" : "outline"} component="span">
                    {sender.enabled ? "active" : "not active"}
                  </Badge>
                </Group>
                <Text size="sm" lineClamp={4}>
                  {sender.description}
                </Text>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
