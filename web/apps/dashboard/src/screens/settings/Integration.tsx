/** One sender: paste the write key of the source that is to get its events, activate, test; then its log. */

import { Alert, Button, Checkbox, Group, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { queryClient } from "../../api/cache";
import { catalogSourceQuery, sourcesQuery } from "../../api/queries";
import { type IntegrationGiven, putIntegration } from "../../api/sending";
import { catalogDestinationQuery, integrationQuery } from "../../api/sendingQueries";
import type { Integration as IntegrationValue } from "../../api/types";
import { CatalogLink } from "../../parts/CatalogLink";
import { Failed, Loading } from "../../parts/States";
import { useDraft } from "../../parts/useDraft";
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

type Fields = { writeKey: string; host: string; extended: boolean; uuidAsUserId: boolean };

/** The write key is shown masked, so the field for it begins empty. */
const fieldsOf = ({ host, extended, uuidAsUserId }: IntegrationValue): Fields => ({
  writeKey: "",
  host: host ?? "",
  extended,
  uuidAsUserId,
});

function Form({ integration }: { integration: IntegrationValue }) {
  const { values, edits, isEdited, change, clear } = useDraft(fieldsOf(integration));
  const { writeKey, host, extended, uuidAsUserId } = values;
  const isProduktly = integration.id.startsWith("produktly");
  const save = useMutation({
    mutationFn: (given: IntegrationGiven) => putIntegration(integration.id, given),
    onSuccess: async (saved, given) => {
      // An answer that was asked for before this one would show the old values again for a moment.
      await queryClient.cancelQueries({ queryKey: ["integration", integration.id] });
      queryClient.setQueryData(integrationQuery(integration.id).queryKey, saved);
      if (given.enabled) clear();
      void refreshConnection("integrations", integration.id);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate({ enabled: true, ...edits });
  }
  return (
    <form className="hw-card" onSubmit={submit} noValidate>
      <Stack gap="md">
        <PasswordInput
          label="Segment write key"
          visibilityToggleButtonProps={{ "aria-label": "Show or hide the write key" }}
          description="The write key of the source that is to get these events, from that source's page."
          value={writeKey}
          placeholder={integration.writeKey ? "Kept. Paste another one to change it." : undefined}
          onChange={(event) => change({ writeKey: event.currentTarget.value })}
          autoComplete="off"
        />
        <TextInput
          label="Host"
          description="Empty: the source is one of this workspace. Else the host of the Tracking API, like https://api.segment.io."
          value={host}
          onChange={(event) => change({ host: event.currentTarget.value })}
          autoComplete="off"
          spellCheck={false}
        />
        {isProduktly && (
          <Checkbox
            label="Put the browser's UUID into userId for people who are not identified"
            checked={uuidAsUserId}
            onChange={(event) => change({ uuidAsUserId: event.currentTarget.checked })}
          />
        )}
        <Checkbox
          label="Send more properties than the documented ones"
          checked={extended}
          onChange={(event) => change({ extended: event.currentTarget.checked })}
        />
        <GoesTo integration={integration} />
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
            {isEdited && integration.enabled
              ? "Not saved yet."
              : save.isSuccess
                ? integration.enabled
                  ? "Active."
                  : "Not active."
                : ""}
          </Text>
        </Group>
      </Stack>
    </form>
  );
}

/** The source of this workspace whose key was pasted. */
function GoesTo({ integration: { sourceId, sourceGone } }: { integration: IntegrationValue }) {
  const { data } = useQuery({ ...sourcesQuery, staleTime: 0, enabled: sourceId !== null });
  if (sourceId === null || sourceGone) return null;
  const name = data?.data.find(({ id }) => id === sourceId)?.name ?? sourceId;
  return (
    <Text size="sm">
      The events go to the source{" "}
      <Link to="/sources/$id" params={{ id: sourceId }} className="hw-link">
        {name}
      </Link>{" "}
      of this workspace.
    </Text>
  );
}

/** What comes in at the customer-event door, and what is told of it: the events of the source it speaks for. */
function About({ integration }: { integration: IntegrationValue }) {
  const { data: sender } = useQuery(catalogDestinationQuery(integration.id));
  const { data: source } = useQuery({
    ...catalogSourceQuery(sender?.related ?? ""),
    enabled: Boolean(sender?.related),
  });
  return (
    <section className="hw-card" aria-labelledby="about">
      <Title order={2} id="about" mb="xs">
        What it does
      </Title>
      <Text size="sm">{integration.description}</Text>
      {source && (
        <>
          <Title order={3} id="sends" mt="md" mb="xs">
            What it sends
          </Title>
          <ul aria-labelledby="sends" style={{ marginBlock: 0 }}>
            {source.events.map(({ name, call }) => (
              <li key={`${call} ${name}`}>
                <span className="hw-mono">{name}</span> <span className="hw-aside">{call} call</span>
              </li>
            ))}
          </ul>
          <Text size="sm" mt="xs">
            Their properties stand on the page of the source <CatalogLink kind="source" slug={source.slug} />.
          </Text>
        </>
      )}
      <Title order={3} id="takes" mt="md" mb="xs">
        What it takes
      </Title>
      {source && integration.events.join() === source.events.map(({ name }) => name).join() ? (
        <Text size="sm">Customer events of the same names; others are not for it.</Text>
      ) : (
        <>
          <Text size="sm" mb="xs">
            Customer events of these names; others are not for it.
          </Text>
          <ul aria-labelledby="takes" style={{ marginBlock: 0 }}>
            {integration.events.map((name) => (
              <li key={name} className="hw-mono">
                {name}
              </li>
            ))}
          </ul>
        </>
      )}
      {integration.setup.length > 0 && (
        <>
          <Title order={3} mt="md" mb="xs">
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
