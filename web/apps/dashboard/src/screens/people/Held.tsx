/** What a person may ask of you: a copy of all that is held of them, and that it is erased. */

import { Button, Checkbox, Group, Progress, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { queryClient } from "../../api/cache";
import { useOnce } from "../../api/once";
import { erase, exportAddress } from "../../api/people";
import { regulationQuery } from "../../api/peopleQueries";
import type { Person } from "../../api/types";
import { Dialog } from "../../parts/Dialog";
import { Failed } from "../../parts/States";
import { DownloadIcon, TrashIcon } from "../../shell/icons";
import { nameOf } from "./names";

export function Held({ person }: { person: Person }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Group gap="sm">
        <Button
          variant="default"
          leftSection={<DownloadIcon />}
          renderRoot={(props) => <a href={exportAddress(person.id)} download {...props} />}
        >
          Download all of it
        </Button>
        <Button variant="outline" color="brick" leftSection={<TrashIcon />} onClick={() => setAsking(true)}>
          Erase…
        </Button>
      </Group>
      <Dialog title={`Erase ${nameOf(person)}?`} isOpen={isAsking} onClose={() => setAsking(false)}>
        <Erasing person={person} close={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function Erasing({ person, close }: { person: Person; close: () => void }) {
  const [suppresses, setSuppresses] = useState(false);
  const begin = useOnce({ mutationFn: () => erase(person, suppresses) });
  if (begin.data) return <Progressing id={begin.data.id} close={close} />;
  return (
    <>
      <Text size="sm" mb="sm">
        Everything that is held of this person goes, from every store: events, rows, traits, deliveries that wait. It
        cannot be undone.
      </Text>
      <Checkbox
        label="Take no events of theirs any more"
        checked={suppresses}
        onChange={(event) => setSuppresses(event.currentTarget.checked)}
        mb="md"
      />
      {begin.error && <Failed what="erase them" error={begin.error} />}
      <Group gap="sm">
        <Button color="brick" loading={begin.isPending} onClick={() => begin.mutate()}>
          Erase
        </Button>
        <Button variant="default" onClick={close}>
          Keep them
        </Button>
      </Group>
    </>
  );
}

function Progressing({ id, close }: { id: string; close: () => void }) {
  const navigate = useNavigate();
  const { data, error } = useQuery(regulationQuery(id));
  const stores = data?.stores ?? [];
  const done = stores.filter(({ status }) => status === "FINISHED").length;
  const isOver = data?.status === "FINISHED";
  const waiting = stores.find((store) => store.error !== null);
  function leave() {
    queryClient.removeQueries({ queryKey: ["person"] });
    void queryClient.invalidateQueries({ queryKey: ["people"] });
    void navigate({ to: "/people" });
  }
  return (
    <>
      <Text size="sm" mb="xs" role="status">
        {isOver ? `Erased from all ${stores.length} stores.` : `Under way: ${done} of ${stores.length || "all"} stores are done. It goes on by itself.`}
      </Text>
      <Progress value={stores.length > 0 ? (100 * done) / stores.length : 0} aria-label="Stores that are done" mb="sm" />
      {waiting && (
        <Text size="sm" mb="sm">
          {waiting.name} waits, and is tried again: {waiting.error}
        </Text>
      )}
      {error && !data && <Failed what="see how far it is" error={error} />}
      <Group gap="sm">
        {isOver ? (
          <Button onClick={leave}>To the people</Button>
        ) : (
          <Button variant="default" onClick={close}>
            Close
          </Button>
        )}
      </Group>
    </>
  );
}
