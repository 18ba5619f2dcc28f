/** The end of a key or another thing of a list, asked for once more before it is done. */

import { Button, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useOnce } from "../api/once";
import { Dialog } from "./Dialog";
import { Failed } from "./States";

type Props<Thing> = {
  /** What is asked about; nothing while nobody asks. */
  thing: Thing | null;
  /** As the button names it, like "the key". */
  what: string;
  /** What the button of the list says, and so the one here. */
  act?: "Remove" | "Delete";
  title: string;
  /** Ends it, and has what is shown read again. */
  remove: (thing: Thing) => Promise<unknown>;
  onClose: () => void;
  /** What stops working then. */
  children: ReactNode;
};

export function Removal<Thing>({ thing, what, act = "Remove", title, remove, onClose, children }: Props<Thing>) {
  const end = useOnce({ mutationFn: remove, onSuccess: onClose });
  const close = () => {
    end.reset();
    onClose();
  };
  return (
    <Dialog title={title} isOpen={thing !== null} onClose={close}>
      <Stack gap="sm" mb="md">
        {typeof children === "string" ? <Text size="sm">{children}</Text> : children}
      </Stack>
      {end.error && <Failed what={`${act.toLowerCase()} ${what}`} error={end.error} />}
      <Group gap="sm">
        <Button color="brick" loading={end.isPending} onClick={() => thing !== null && end.mutate(thing)}>
          {act} {what}
        </Button>
        <Button variant="default" data-autofocus onClick={close}>
          Keep it
        </Button>
      </Group>
    </Dialog>
  );
}
