/** Add Destination: a name, whose events it gets, the settings that the catalogue asks for. */

import { Alert, Button, Group, Stack, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { queryClient } from "../../api/cache";
import { useOnce } from "../../api/once";
import { createDestination } from "../../api/sending";
import { catalogDestinationQuery } from "../../api/sendingQueries";
import type { CatalogDestination, SettingValue } from "../../api/types";
import { Failed, Loading } from "../../parts/States";
import { Page } from "../../shell/Page";
import { firstValues, SettingFields, settingProblems } from "../catalog/SettingFields";
import { SourceChoice } from "./SourceChoice";

const route = getRouteApi("/inside/catalog/destinations/$slug/add");

export function AddDestination() {
  const { slug } = route.useParams();
  const { data: entry, error, isPending, refetch } = useQuery(catalogDestinationQuery(slug));
  if (isPending) return <Loading what="the form" />;
  if (error) {
    return (
      <Page title="Add Destination">
        <Failed what="load the catalogue entry" error={error} retry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <Page title={`Add Destination: ${entry.name}`} place={`add destination ${slug}`} lead={entry.description}>
      <Form entry={entry} />
    </Page>
  );
}

function Form({ entry }: { entry: CatalogDestination }) {
  const navigate = useNavigate();
  const [name, setName] = useState(entry.name);
  const [sourceIds, setSourceIds] = useState<string[]>([]);
  const [settings, setSettings] = useState<Record<string, SettingValue>>(() => firstValues(entry.settings));
  const [problems, setProblems] = useState<Record<string, string>>({});
  const form = useRef<HTMLFormElement>(null);
  const add = useOnce({
    mutationFn: () => createDestination(entry.slug, { name: name.trim(), sourceIds, settings: given(settings) }),
    onSuccess: (made) => {
      void queryClient.invalidateQueries({ queryKey: ["destinations"] });
      void navigate({ to: "/destinations/$id", params: { id: made.id } });
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    const found = settingProblems(entry.settings, settings);
    if (name.trim() === "") found.name = "Give the destination a name.";
    if (sourceIds.length === 0) found.sources = "Choose at least one source.";
    setProblems(found);
    const first = Object.keys(found)[0];
    if (first) form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(first)}"]`)?.focus();
    else add.mutate();
  }

  return (
    <form ref={form} onSubmit={submit} noValidate className="hw-card" style={{ maxWidth: "40rem" }}>
      <Stack gap="md">
        <TextInput
          label="Name"
          name="name"
          required
          value={name}
          error={problems.name}
          autoComplete="off"
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <SourceChoice value={sourceIds} error={problems.sources} onChange={setSourceIds} />
        <SettingFields
          specs={entry.settings}
          values={settings}
          problems={problems}
          onChange={(field, value) => setSettings((before) => ({ ...before, [field]: value }))}
        />
        {add.error && (
          <Alert color="brick" variant="outline" title="The destination was not added" role="alert">
            {add.error.message}
          </Alert>
        )}
        <Group>
          <Button type="submit" loading={add.isPending}>
            Add Destination
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Empty fields are left out: the server then takes its default. */
export function given(settings: Record<string, SettingValue>): Record<string, SettingValue> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null && value !== ""));
}
