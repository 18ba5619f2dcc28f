/** The beginnings of a content: its name, and whether it stands in the page or over it. */

import { Button, Group, Radio, Stack, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useRef, useState } from "react";
import { createContent } from "../../api/content";
import type { Kind } from "../../api/contentTypes";
import { useOnce } from "../../api/once";
import { Failed } from "../../parts/States";
import { keepContent } from "./keep";

export function NewContent({ folder, onClose }: { folder: string; onClose: () => void }) {
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [kind, setKind] = useState<Kind>("inline");
  const [problem, setProblem] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const create = useOnce({
    mutationFn: () => createContent({ name: name.trim(), kind, ...(folder ? { folder } : {}) }),
    onSuccess: async (made) => {
      await keepContent(made);
      onClose();
      await navigate({ to: "/content/$id", params: { id: String(made.id) } });
    },
  });
  function submit(event: FormEvent) {
    event.preventDefault();
    setProblem(name.trim() === "" ? "Give the content a name." : null);
    if (name.trim() === "") field.current?.focus();
    else create.mutate();
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          ref={field}
          label="Name"
          description="The labels of what people click begin with it."
          required
          value={name}
          error={problem}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        <Radio.Group label="Where it shows" value={kind} onChange={(value) => setKind(value as Kind)}>
          <Stack gap="xs" mt={4}>
            <Radio value="inline" label="In the page" description="Before, after, inside or instead of an element." />
            <Radio value="modal" label="Over the page" description="A window that people answer or close." />
          </Stack>
        </Radio.Group>
        {create.error && <Failed what="make the content" error={create.error} />}
        <Group gap="sm">
          <Button type="submit" loading={create.isPending}>
            Create
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
