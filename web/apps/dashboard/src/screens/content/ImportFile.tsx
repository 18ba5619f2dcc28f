/** A content out of a file that was exported here or elsewhere. */

import { Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type ChangeEvent, type FormEvent, useId, useState } from "react";
import { importContent } from "../../api/content";
import { useOnce } from "../../api/once";
import { Failed } from "../../parts/States";
import { isObject } from "../../words/exact";
import { keepContent } from "./keep";

type File = { label: string; content: Record<string, unknown> };

export function ImportFile({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate();
  const id = useId();
  const [file, setFile] = useState<File | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [as, setAs] = useState<"new" | "replace">("new");
  const bring = useOnce({
    mutationFn: (content: Record<string, unknown>) => importContent(content, as),
    onSuccess: async (made) => {
      await keepContent(made);
      onClose();
      await navigate({ to: "/content/$id", params: { id: String(made.id) } });
    },
  });
  async function choose(event: ChangeEvent<HTMLInputElement>) {
    const chosen = event.currentTarget.files?.[0];
    bring.reset();
    if (!chosen) return setFile(null);
    const content = parsed(await chosen.text());
    setProblem(content ? null : `${chosen.name} holds no exported content.`);
    setFile(content && { label: String(content.name ?? chosen.name), content });
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    if (file) bring.mutate(file.content);
    else setProblem((before) => before ?? "Choose a file.");
  }
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <div>
          <Text component="label" htmlFor={id} size="sm" fw={500} display="block" mb={4}>
            File
          </Text>
          <input
            id={id}
            type="file"
            accept=".json,application/json"
            className="hw-file"
            aria-describedby={problem ? `${id}-problem` : undefined}
            aria-invalid={problem !== null}
            onChange={(event) => void choose(event)}
            data-autofocus
          />
          {problem && (
            <Text id={`${id}-problem`} size="sm" c="var(--mantine-color-error)" mt={4} role="alert">
              {problem}
            </Text>
          )}
        </div>
        <Radio.Group label="What becomes of it" value={as} onChange={(value) => setAs(value as typeof as)}>
          <Stack gap="xs" mt={4}>
            <Radio value="new" label="A new content" description="Another slug is found where its own is taken." />
            <Radio
              value="replace"
              label="The draft of the content with the same slug"
              description="What is live stays until you publish."
            />
          </Stack>
        </Radio.Group>
        {bring.error && <Failed what="import it" error={bring.error} />}
        <Group gap="sm">
          <Button type="submit" loading={bring.isPending}>
            {file ? `Import ${file.label}` : "Import"}
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const content: unknown = JSON.parse(text);
    return isObject(content) && content.headwater === "content" ? content : null;
  } catch {
    return null;
  }
}
