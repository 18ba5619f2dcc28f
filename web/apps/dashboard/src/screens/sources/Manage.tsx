/** What can be changed of a source: its label, whether it takes events, what its catalogue entry asks for, its end. */

import { Button, Checkbox, Group, Stack, Switch, Text, TextInput, Title } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useEffect, useState } from "react";
import { queryClient } from "../../api/cache";
import { changeSource, deleteSource, type SourceChange } from "../../api/calls";
import type { CatalogEntry, SettingValue, Source } from "../../api/types";
import { Dialog } from "../../parts/Dialog";
import { Failed } from "../../parts/States";
import { TrashIcon } from "../../shell/icons";
import { firstValues, SettingFields, settingProblems } from "../catalog/SettingFields";

export function Manage({ source, entry }: { source: Source; entry: CatalogEntry | undefined }) {
  return (
    <section className="hw-card" aria-labelledby="manage">
      <Title order={2} id="manage" mb="sm">
        Settings
      </Title>
      <Stack gap="lg">
        <Rename source={source} />
        <Enabled source={source} />
        {entry && entry.settings.length > 0 && <OwnSettings key={source.id} source={source} entry={entry} />}
        {source.builtin ? (
          <Text size="sm" c="dimmed">
            A built-in source can't be deleted.
          </Text>
        ) : (
          <Delete source={source} />
        )}
      </Stack>
    </section>
  );
}

function useChange(source: Source) {
  return useMutation({
    mutationFn: (change: SourceChange) => changeSource(source.id, change),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ["source", source.id] });
      await queryClient.invalidateQueries({ queryKey: ["sources"] });
    },
  });
}

function Rename({ source }: { source: Source }) {
  const [label, setLabel] = useState(source.name);
  useEffect(() => setLabel(source.name), [source.name]);
  const change = useChange(source);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (label.trim() !== "") change.mutate({ name: label.trim() });
  }
  return (
    <form onSubmit={submit} noValidate>
      <Group align="flex-end" gap="sm">
        <TextInput
          label="Label"
          description={`Changing it leaves the schema ${source.schema} as it is.`}
          value={label}
          error={label.trim() === "" ? "Give the source a label." : undefined}
          onChange={(event) => setLabel(event.currentTarget.value)}
          autoComplete="off"
          style={{ flex: "1 1 14rem", maxWidth: "26rem", minWidth: 0 }}
        />
        <Button type="submit" variant="default" loading={change.isPending} disabled={label.trim() === source.name}>
          Rename
        </Button>
      </Group>
      <span role="status" className="hw-sr">
        {change.isSuccess ? `Renamed to ${source.name}` : ""}
      </span>
      {change.error && <Failed what="rename the source" error={change.error} />}
    </form>
  );
}

function Enabled({ source }: { source: Source }) {
  const change = useChange(source);
  return (
    <div>
      <Switch
        label="Enabled"
        description="While it is off, senders are still answered 200 and their events are dropped and counted."
        checked={source.enabled}
        disabled={change.isPending}
        onChange={(event) => change.mutate({ enabled: event.currentTarget.checked })}
      />
      {change.error && <Failed what="change the source" error={change.error} />}
    </div>
  );
}

/** The fields of its catalogue entry. A secret shows as a mask; sent back as it is, it stays. */
function OwnSettings({ source, entry }: { source: Source; entry: CatalogEntry }) {
  const [values, setValues] = useState(() => ({ ...firstValues(entry.settings), ...valuesOf(source) }));
  const [problems, setProblems] = useState<Record<string, string>>({});
  const change = useChange(source);
  function submit(event: FormEvent) {
    event.preventDefault();
    const found = settingProblems(entry.settings, values);
    setProblems(found);
    const settings = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value === "" ? null : value]));
    if (Object.keys(found).length === 0) change.mutate({ settings });
  }
  return (
    <form onSubmit={submit} noValidate style={{ maxWidth: "40rem" }}>
      <Stack gap="sm" align="stretch">
        <SettingFields
          specs={entry.settings}
          values={values}
          problems={problems}
          onChange={(name, value) => setValues((before) => ({ ...before, [name]: value }))}
        />
        <Group gap="sm">
          <Button type="submit" variant="default" loading={change.isPending}>
            Save the settings
          </Button>
          <Text size="sm" role="status">
            {change.isSuccess ? "Saved" : ""}
          </Text>
        </Group>
        {change.error && <Failed what="save the settings" error={change.error} />}
      </Stack>
    </form>
  );
}

const valuesOf = (source: Source) => source.settings as Record<string, SettingValue>;

function Delete({ source }: { source: Source }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <div>
      <Button variant="default" leftSection={<TrashIcon />} onClick={() => setAsking(true)}>
        Delete this source…
      </Button>
      <Dialog title={`Delete ${source.name}?`} isOpen={isAsking} onClose={() => setAsking(false)}>
        <ConfirmDelete source={source} onClose={() => setAsking(false)} />
      </Dialog>
    </div>
  );
}

function ConfirmDelete({ source, onClose }: { source: Source; onClose: () => void }) {
  const navigate = useNavigate();
  const [dropSchema, setDropSchema] = useState(false);
  const remove = useMutation({
    mutationFn: () => deleteSource(source.id, dropSchema),
    onSuccess: async () => {
      await navigate({ to: "/sources" });
      queryClient.removeQueries({ queryKey: ["source", source.id] });
      await queryClient.invalidateQueries({ queryKey: ["sources"] });
    },
  });
  return (
    <Stack>
      <Text>Its write keys stop working at once: senders get 401. This cannot be taken back.</Text>
      <Checkbox
        label={`Also drop the schema ${source.schema} with all its rows`}
        description="Otherwise the rows stay and can be queried, and the schema name stays taken until they are dropped."
        checked={dropSchema}
        onChange={(event) => setDropSchema(event.currentTarget.checked)}
      />
      {remove.error && <Failed what="delete the source" error={remove.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Keep it
        </Button>
        <Button color="brick" loading={remove.isPending} onClick={() => remove.mutate()}>
          Delete the source
        </Button>
      </Group>
    </Stack>
  );
}
