/** Write keys: shown, copied, rotated with overlap (add the new one, move the senders, remove the old one). */

import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { queryClient } from "../../api/cache";
import { addWriteKey, removeWriteKey } from "../../api/calls";
import { useOnce } from "../../api/once";
import type { Source } from "../../api/types";
import { CopyButton } from "../../parts/Copy";
import { Removal } from "../../parts/Removal";
import { Failed } from "../../parts/States";

export function WriteKeys({ source }: { source: Source }) {
  const [leaving, setLeaving] = useState<string | null>(null);
  const refresh = () => queryClient.invalidateQueries({ queryKey: ["source", source.id] });
  const add = useOnce({ mutationFn: () => addWriteKey(source.id), onSuccess: refresh });
  const several = source.writeKeys.length > 1;
  return (
    <div>
      <Title order={3} size="0.95rem" mb={4}>
        {several ? "Write keys" : "Write key"}
      </Title>
      <Stack gap="xs">
        {source.writeKeys.map((key, index) => (
          <div key={key} style={{ display: "flex", flexWrap: "wrap", gap: "0.5rem", alignItems: "center" }}>
            <code className="hw-code hw-code-wrap hw-line" data-testid="write-key" style={{ flex: "1 1 14rem" }}>
              {key}
            </code>
            <CopyButton text={key} what={several ? `write key ${index + 1}` : "write key"} />
            {several && (
              <Button size="compact-sm" variant="default" onClick={() => setLeaving(key)}>
                Remove
                <span className="hw-sr">&nbsp;write key {index + 1}</span>
              </Button>
            )}
          </div>
        ))}
      </Stack>
      <Group gap="sm" mt="xs">
        <Button size="compact-sm" variant="default" loading={add.isPending} onClick={() => add.mutate()}>
          Add a new key
        </Button>
        <Text size="sm" c="dimmed">
          {several
            ? "All of these work until you remove them."
            : "To rotate: add a key, move the senders, remove the old one."}
        </Text>
      </Group>
      {add.error && <Failed what="add a key" error={add.error} />}
      <Removal
        thing={leaving}
        what="the key"
        title="Remove this write key?"
        remove={async (key) => {
          await removeWriteKey(source.id, key);
          await refresh();
        }}
        onClose={() => setLeaving(null)}
      >
        <Text size="sm">
          Whoever still sends with <span className="hw-mono">{leaving}</span> is refused with 401 from now on. What it
          sent so far stays.
        </Text>
      </Removal>
    </div>
  );
}
