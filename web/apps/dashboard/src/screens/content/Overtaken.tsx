/** Two authors, one design: what the other one's is beside one's own, before either is lost. */

import { Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import type { Tree } from "../../api/contentTypes";
import { When } from "../../parts/When";
import { Changes } from "./Changes";
import type { Held, Saver } from "./saver";
import { changesBetween } from "./trees";

type Props = { mine: Tree; theirs: Held; saver: Saver; onClose: () => void };

export function Overtaken({ mine, theirs, saver, onClose }: Props) {
  const [isBusy, setBusy] = useState(false);
  const changes = changesBetween(theirs.tree, mine);
  return (
    <>
      <Text size="sm" mb="sm">
        <strong>{theirs.updatedBy}</strong> saved another design <When at={theirs.updatedAt} />. Held against it, yours{" "}
        {changes.length === 0 ? "says the same." : "differs in this:"}
      </Text>
      {changes.length > 0 && <Changes changes={changes} label="How yours differs from theirs" />}
      <Group gap="sm" mt="md">
        <Button
          onClick={() => {
            onClose();
            saver.takeTheirs();
          }}
        >
          Take theirs
        </Button>
        <Button
          variant="outline"
          color="brick"
          loading={isBusy}
          onClick={() => {
            setBusy(true);
            void saver.overwrite().finally(() => {
              setBusy(false);
              onClose();
            });
          }}
        >
          Overwrite with mine
        </Button>
        <Button variant="default" onClick={onClose}>
          Decide later
        </Button>
      </Group>
      <Text size="sm" c="dimmed" mt="sm">
        Taking theirs drops what you changed since. Overwriting drops theirs; what was published before can be had again
        from the versions, a draft cannot.
      </Text>
    </>
  );
}
