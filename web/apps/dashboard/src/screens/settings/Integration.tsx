/** One sender: paste the write key of the source that is to get its events, activate, test; then its log. */

import { Alert, Button, Checkbox, Group, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { type IntegrationGiven, putIntegration } from "../../api/sending";
import { integrationQuery } from "../../api/sendingQueries";
import type { Integration as IntegrationValue } from "../../api/types";
import { Failed, Loading } from "../../parts/States";
import { Page } from "../../shell/Page";
import { Actions, refreshConnection } from "../sending/Actions";
import { Delivery } from "../sending/Delivery";
import { Log } from "../sending/Log";
import { ConnectionMarks } from "../sending/Status";
import { Back } from "./Back";

const route = getRouteApi("/inside/settings/integrations/$slug");

export function Integration() {
  const { slug } = route.useParams();
  const { data, error, isPending, refetch } = useQuery(integrationQuery(slug));
  if (isPending) return <Loading what="the integration" />;
  if (error && !data) {
    return (
      <Page title="Integration" lead={<Back />}>
        <Failed what="show this integration" error={error} retry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <Page title={data.name} place={`integration ${slug}`} lead={<Lead integration={data} />}>
      <div className="hw-two">
        <Stack gap="lg">
          <Form key={data.id} integration={data} />
          {data.configured && (
            <>
              <section className="hw-card" aria-label="State and actions">
                <Actions kind="integrations" id={slug} connection={data} />
              </section>
              <Log kind="integrations" id={slug} />
              <Delivery id={slug} />
            </>
          )}
        </Stack>
        <About integration={data} />
      </div>
    </Page>
  );
}

function Lead({ integration }: { integration: IntegrationValue }) {
  return (
    <Stack gap={4}>
      <Back />
      <ConnectionMarks {...integration} />
    </Stack>
  );
}

function Form({ integration }: { integration: IntegrationValue }) {
  const [writeKey, setWriteKey] = useState(integration.writeKey ?? "");
  const [host, setHost] = useState(integration.host ?? "");
  const [extended, setExtended] = useState(integration.extended);
  const [uuidAsUserId, setUuid] = useState(integration.uuidAsUserId);
  const isProduktly = integration.id.startsWith("produktly");
  const save = useMutation({
    mutationFn: (given: IntegrationGiven) => putIntegration(integration.id, given),
    onSuccess: () => refreshConnection("integrations", integration.id),
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate({ enabled: true, writeKey, host, extended, ...(isProduktly ? { uuidAsUserId } : {}) });
  }
  return (
    <form className="hw-card" onSubmit={submit} noValidate>
      <Stack gap="md">
        <PasswordInput
          label="Segment write key"
          description="The write key of the source that is to get these events, from that source's page."
          value={writeKey}
          onChange={(event) => setWriteKey(event.currentTarget.value)}
          autoComplete="off"
        />
        <TextInput
          label="Host"
          description="Empty: the source is one of this workspace. Else the host of the Tracking API, like https://api.segment.io."
          value={host}
          onChange={(event) => setHost(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
        {isProduktly && (
          <Checkbox
            label="Put the browser's UUID into userId for people who are not identified"
            checked={uuidAsUserId}
            onChange={(event) => setUuid(event.currentTarget.checked)}
          />
        )}
        <Checkbox
          label="Send more properties than the documented ones"
          checked={extended}
          onChange={(event) => setExtended(event.currentTarget.checked)}
        />
        {integration.sourceGone && (
          <Alert color="brick" variant="outline" title="The source is gone">
            The source that this sent to was deleted. Paste the key of another one.
          </Alert>
        )}
        {save.error && (
          <Alert color="brick" variant="outline" title="It was not saved" role="alert">
            {save.error.message}
          </Alert>
        )}
        <Group gap="sm">
          <Button type="submit" loading={save.isPending && save.variables?.enabled}>
            {integration.enabled ? "Save" : "Activate"}
          </Button>
          {integration.enabled && (
            <Button
              variant="default"
              loading={save.isPending && !save.variables?.enabled}
              onClick={() => save.mutate({ enabled: false })}
            >
              Deactivate
            </Button>
          )}
          <Text size="sm" role="status">
            {save.isSuccess ? (integration.enabled ? "Active." : "Not active.") : ""}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}

function About({ integration }: { integration: IntegrationValue }) {
  return (
    <section className="hw-card" aria-labelledby="about">
      <Title order={2} id="about" mb="xs">
        What it sends
      </Title>
      <Text size="sm" mb="sm">
        {integration.description}
      </Text>
      <ul style={{ marginBlock: 0 }}>
        {integration.events.map((name) => (
          <li key={name} className="hw-mono">
            {name}
          </li>
        ))}
      </ul>
      {integration.setup.length > 0 && (
        <>
          <Title order={3} size="h5" mt="md" mb="xs">
            Set-up
          </Title>
          <ol className="hw-steps">
            {integration.setup.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
