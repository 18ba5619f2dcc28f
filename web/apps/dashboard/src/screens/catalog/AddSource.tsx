/** Add Source: a label, the schema it gives, the settings the catalogue asks for; refusals are explained in place. */

import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { queryClient } from "../../api/cache";
import { createSource } from "../../api/calls";
import { ApiError } from "../../api/errors";
import { useOnce } from "../../api/once";
import { catalogSourceQuery, sourcesQuery } from "../../api/queries";
import type { CatalogEntry, SettingValue } from "../../api/types";
import { Failed, Loading } from "../../parts/States";
import { Page } from "../../shell/Page";
import { schemaPreview } from "../../words/fold";
import { firstValues, SettingFields, settingProblems } from "./SettingFields";

const route = getRouteApi("/inside/catalog/sources/$slug/add");

export function AddSource() {
  const { slug } = route.useParams();
  const { data: entry, error, isPending, refetch } = useQuery(catalogSourceQuery(slug));
  if (isPending) return <Loading what="the form" />;
  if (error) {
    return (
      <Page title="Add Source">
        <Failed what="load the catalogue entry" error={error} retry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <Page
      title={`Add Source: ${entry.name}`}
      place={`add ${slug}`}
      lead="The label names the source here; the schema made from it is what you query."
    >
      <Form entry={entry} />
    </Page>
  );
}

function Form({ entry }: { entry: CatalogEntry }) {
  const navigate = useNavigate();
  const { data: sources } = useQuery(sourcesQuery);
  const [label, setLabel] = useState("");
  const [settings, setSettings] = useState<Record<string, SettingValue>>(() => firstValues(entry.settings));
  const [problems, setProblems] = useState<Record<string, string>>({});
  const form = useRef<HTMLFormElement>(null);
  const used = sources?.data.map((source) => source.schema) ?? [];
  const add = useOnce({
    mutationFn: () => createSource({ catalog: entry.slug, name: label.trim(), settings: sent(settings) }),
    onSuccess: (source) => {
      void queryClient.invalidateQueries({ queryKey: ["sources"] });
      void queryClient.invalidateQueries({ queryKey: ["columns"] });
      void navigate({ to: "/sources/$id", params: { id: source.id }, search: { added: true } });
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    const found = { ...labelProblem(label), ...settingProblems(entry.settings, settings) };
    setProblems(found);
    const first = Object.keys(found)[0];
    if (first) form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(first)}"]`)?.focus();
    else add.mutate();
  }

  if (entry.refusal) {
    return (
      <Stack align="flex-start">
        <Alert color="amber" variant="outline" title="Not for this workspace">
          {entry.refusal}
        </Alert>
        <BackToCatalogue />
      </Stack>
    );
  }
  return (
    <form ref={form} onSubmit={submit} noValidate className="hw-card" style={{ maxWidth: "40rem" }}>
      <Stack gap="md">
        <div>
          <TextInput
            label="Label"
            name="label"
            required
            description="Tell your environments apart, for example Candu_Prod, Candu_Staging, Candu_Dev."
            value={label}
            error={problems.label}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => {
              setLabel(event.currentTarget.value);
              add.reset();
            }}
          />
          <Preview label={label} used={used} />
        </div>
        <SettingFields
          specs={entry.settings}
          values={settings}
          problems={problems}
          onChange={(name, value) => setSettings((before) => ({ ...before, [name]: value }))}
        />
        {add.error && <Refused error={add.error} />}
        <Group>
          <Button type="submit" loading={add.isPending}>
            Add Source
          </Button>
          <BackToCatalogue />
        </Group>
      </Stack>
    </form>
  );
}

function BackToCatalogue() {
  return (
    <Button variant="default" renderRoot={(props) => <Link to="/catalog" {...props} />}>
      Back to the catalogue
    </Button>
  );
}

function labelProblem(label: string): Record<string, string> {
  return label.trim() === "" ? { label: "Give the source a label." } : {};
}

/** Empty fields are left out: the server then takes its default. */
function sent(settings: Record<string, SettingValue>): Record<string, SettingValue> | undefined {
  const given = Object.entries(settings).filter(([, value]) => value !== null && value !== "");
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

function Preview({ label, used }: { label: string; used: string[] }) {
  const preview = schemaPreview(label, used);
  return (
    <Text size="sm" mt={6} role="status" data-testid="schema-preview">
      {preview.kind === "empty" && <>The schema name appears here while you type.</>}
      {preview.kind === "name" && (
        <>
          Schema: <span className="hw-mono">{preview.schema}</span>
        </>
      )}
      {preview.kind === "begins" && (
        <>
          Schema: <span className="hw-mono">{preview.start}…</span>, ending in eight hex digits made from the label
        </>
      )}
      {preview.kind === "used" && (
        <>
          The schema <span className="hw-mono">{preview.schema}</span> belongs to another source. Choose another label.
        </>
      )}
      {preview.kind === "reserved" && (
        <>
          The schema <span className="hw-mono">{preview.schema}</span> is kept for headwater itself. Choose another
          label.
        </>
      )}
    </Text>
  );
}

const TITLES: Record<string, string> = {
  schema_taken: "This schema name is taken",
  name_taken: "This label is taken",
  region_unsupported: "Not for this workspace",
};

function Refused({ error }: { error: Error }) {
  const title = (error instanceof ApiError && TITLES[error.code]) || "The source was not added";
  return (
    <Alert color="brick" variant="outline" title={title} role="alert">
      {error.message}
    </Alert>
  );
}
