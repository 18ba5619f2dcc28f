/** One destination: how it fares, its log, its settings and mapping, a tester, and what to look at when it fails. */

import { Alert, Button, Group, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { queryClient } from "../../api/cache";
import { changeDestination, deleteDestination, type DestinationGiven } from "../../api/sending";
import { catalogDestinationQuery, destinationQuery } from "../../api/sendingQueries";
import type { CatalogDestination, Destination as DestinationValue, SettingValue } from "../../api/types";
import { CatalogLink } from "../../parts/CatalogLink";
import { Failed, Loading } from "../../parts/States";
import { useDraft } from "../../parts/useDraft";
import { Page } from "../../shell/Page";
import { firstValues, SettingFields, settingProblems } from "../catalog/SettingFields";
import { Actions, refreshConnection } from "../sending/Actions";
import { Advanced } from "../sending/Advanced";
import { Delete } from "../sending/Delete";
import { Delivery } from "../sending/Delivery";
import { Log } from "../sending/Log";
import { ConnectionMarks } from "../sending/Status";
import { type Terms, termsGiven, termsOf, termsProblems } from "../sending/terms";
import { Troubles } from "./Entry";
import { SourceChoice } from "./SourceChoice";
import { Tester } from "./Tester";

const route = getRouteApi("/inside/destinations/$id");

export function Destination() {
  const { id } = route.useParams();
  const { data: destination, error, isPending, refetch } = useQuery(destinationQuery(id));
  const { data: entry } = useQuery({
    ...catalogDestinationQuery(destination?.catalog ?? ""),
    enabled: destination !== undefined,
  });
  if (isPending) return <Loading what="the destination" lines={4} />;
  if (error && !destination) {
    return (
      <Page title="Destination">
        <Failed what="show this destination" error={error} retry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <Page title={destination.name} place={`destination ${id}`} lead={<Facts destination={destination} />}>
      <div className="hw-two">
        <Stack gap="lg">
          <section className="hw-card" aria-label="State and actions">
            <Actions kind="destinations" id={id} connection={destination} />
          </section>
          <Delivery id={id} />
          <Log kind="destinations" id={id} />
        </Stack>
        <Stack gap="lg">
          {entry && <Settings key={id} destination={destination} entry={entry} />}
          <Tester kind="destinations" id={id} />
          {entry && <Troubles entry={entry} />}
          <section className="hw-card" aria-label="Delete">
            <Ending destination={destination} />
          </section>
        </Stack>
      </div>
    </Page>
  );
}

function Facts({ destination }: { destination: DestinationValue }) {
  return (
    <Group gap="sm">
      <ConnectionMarks {...destination} />
      <Text size="sm" c="dimmed">
        from the catalogue:{" "}
        <CatalogLink kind="destination" slug={destination.catalog} />
      </Text>
    </Group>
  );
}

type Fields = Terms & {
  name: string;
  enabled: boolean;
  sourceIds: string[];
  settings: Record<string, SettingValue>;
  mapping: Record<string, string>;
};

function fieldsOf(destination: DestinationValue, entry: CatalogDestination): Fields {
  const { name, enabled, sourceIds, settings, mapping } = destination;
  const known = settings as Record<string, SettingValue>;
  return {
    name,
    enabled,
    sourceIds,
    settings: { ...firstValues(entry.settings), ...known },
    mapping: { ...entry.mapping, ...mapping },
    ...termsOf(destination),
  };
}

function Settings({ destination, entry }: { destination: DestinationValue; entry: CatalogDestination }) {
  const { values, edits, isEdited, change, clear } = useDraft(fieldsOf(destination, entry));
  const { name, enabled, sourceIds, settings, mapping } = values;
  const [problems, setProblems] = useState<Record<string, string>>({});
  const form = useRef<HTMLFormElement>(null);
  const save = useMutation({
    mutationFn: (body: Partial<DestinationGiven>) => changeDestination(destination.id, body),
    onSuccess: async (saved) => {
      // An answer that was asked for before this one would show the old values again for a moment.
      await queryClient.cancelQueries({ queryKey: ["destination", destination.id] });
      queryClient.setQueryData(destinationQuery(destination.id).queryKey, saved);
      clear();
      void refreshConnection("destinations", destination.id);
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    const found: Record<string, string> = { ...settingProblems(entry.settings, settings), ...termsProblems(values) };
    if (name.trim() === "") found.name = "Give the destination a name.";
    setProblems(found);
    const first = Object.keys(found)[0];
    if (first) form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(first)}"]`)?.focus();
    else save.mutate(bodyOf(edits, values));
  }
  return (
    <section className="hw-card" aria-labelledby="settings">
      <Title order={2} id="settings" mb="sm">
        Settings
      </Title>
      <form ref={form} onSubmit={submit} noValidate>
        <Stack gap="md">
          <TextInput
            label="Name"
            name="name"
            required
            value={name}
            error={problems.name}
            onChange={(event) => change({ name: event.currentTarget.value })}
            autoComplete="off"
          />
          <SourceChoice value={sourceIds} onChange={(ids) => change({ sourceIds: ids })} />
          {destination.goneSourceIds.length > 0 && (
            <Text size="sm">A source that it was for is gone: {destination.goneSourceIds.join(", ")}.</Text>
          )}
          <SettingFields
            specs={entry.settings}
            values={settings}
            problems={problems}
            onChange={(field, value) => change({ settings: { ...settings, [field]: value } })}
          />
          {Object.keys(entry.mapping).length > 0 && (
            <details>
              <summary>Mapping</summary>
              <Stack gap="sm" mt="sm">
                <Text size="sm" c="dimmed">
                  Where each field's value is in the event: a path, or several with | between them, of which the first
                  that is there counts.
                </Text>
                {Object.keys(entry.mapping).map((field) => (
                  <TextInput
                    key={field}
                    label={field}
                    value={mapping[field] ?? ""}
                    onChange={(event) => change({ mapping: { ...mapping, [field]: event.currentTarget.value } })}
                    autoComplete="off"
                    spellCheck={false}
                  />
                ))}
              </Stack>
            </details>
          )}
          <Advanced terms={values} problems={problems} onChange={change} />
          <Switch
            label={enabled ? "Status: Enabled" : "Status: Disabled"}
            checked={enabled}
            onChange={(event) => change({ enabled: event.currentTarget.checked })}
          />
          {save.error && (
            <Alert color="brick" variant="outline" title="It was not saved" role="alert">
              {save.error.message}
            </Alert>
          )}
          <Group gap="sm">
            <Button type="submit" loading={save.isPending}>
              Save
            </Button>
            <Text size="sm" role="status">
              {isEdited ? "Not saved yet." : save.isSuccess ? "Saved." : ""}
            </Text>
          </Group>
        </Stack>
      </form>
    </section>
  );
}

function bodyOf({ retries, waits, pace, isOrdered, ...edits }: Partial<Fields>, all: Fields): Partial<DestinationGiven> {
  const terms = { retries, waits, pace, isOrdered };
  const changed = Object.fromEntries(Object.entries(terms).filter(([, value]) => value !== undefined));
  const body = { ...edits, ...termsGiven(changed, all) };
  return edits.settings ? { ...body, settings: emptyAsNull(edits.settings) } : body;
}

/** Null takes a setting back to its default. */
const emptyAsNull = (settings: Record<string, SettingValue>): Record<string, SettingValue> =>
  Object.fromEntries(Object.entries(settings).map(([field, value]) => [field, value === "" ? null : value]));

function Ending({ destination }: { destination: DestinationValue }) {
  const navigate = useNavigate();
  return (
    <Delete
      what="destination"
      name={destination.name}
      remove={() => deleteDestination(destination.id)}
      onDone={() => {
        queryClient.removeQueries({ queryKey: ["destination", destination.id] });
        void queryClient.invalidateQueries({ queryKey: ["destinations"] });
        void navigate({ to: "/destinations" });
      }}
    />
  );
}
