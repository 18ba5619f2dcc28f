/** The end of a connection or a segment, asked for once more before it is done. */

import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useOnce } from "../../api/once";
import { Dialog } from "../../parts/Dialog";
import { Failed } from "../../parts/States";
import { TrashIcon } from "../../shell/icons";

type Props = {
  what: string;
  name: string;
  /** What else ends with it. */
  consequence?: string;
  remove: () => Promise<unknown>;
  onDone: () => void;
};

const WAITING = "What still waits for it is never sent. Events themselves stay where they are.";

export function Delete({ what, name, consequence = WAITING, remove, onDone }: Props) {
  const [isAsking, setAsking] = useState(false);
  const end = useOnce({ mutationFn: remove, onSuccess: onDone });
  return (
    <div>
      <Button variant="outline" color="brick" leftSection={<TrashIcon />} onClick={() => setAsking(true)}>
        Delete {what}
      </Button>
      <Dialog title={`Delete ${name}?`} isOpen={isAsking} onClose={() => setAsking(false)}>
        <Text size="sm" mb="md">
          {consequence}
        </Text>
        {end.error && <Failed what={`delete the ${what}`} error={end.error} />}
        <Group gap="sm">
          <Button color="brick" loading={end.isPending} onClick={() => end.mutate()}>
            Delete
          </Button>
          <Button variant="default" onClick={() => setAsking(false)}>
            Keep it
          </Button>
        </Group>
      </Dialog>
    </div>
  );
}
