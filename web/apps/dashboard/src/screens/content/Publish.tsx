/** Publishing: first what the check says, then which of the changed designs go live, with a note for later. */

import { Button, Checkbox, Group, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { publishContent } from "../../api/content";
import { checkQuery } from "../../api/contentQueries";
import type { Content, Document } from "../../api/contentTypes";
import { useOnce } from "../../api/once";
import { Failed, Loading } from "../../parts/States";
import { useDrafts } from "./drafts";
import { List, useUnsaved } from "./FormsOf";
import { keepContent } from "./keep";
import { Problems } from "./Problems";
import { StatusMark } from "./Status";
import { TABS } from "./tabs";

const route = getRouteApi("/inside/content/$id");

export function Publish({ content, onClose }: { content: Content; onClose: () => void }) {
  const drafts = useDrafts();
  const unsaved = useUnsaved(content);
  const navigate = route.useNavigate();
  const [isKept, setKept] = useState<boolean | null>(null);
  const [isWithout, setWithout] = useState(false);
  // What is not saved yet would be neither checked nor published.
  useEffect(() => {
    void drafts.flush().then(setKept);
  }, [drafts]);
  if (isKept === null) return <Loading what="the draft" lines={2} />;
  if (!isKept) {
    return (
      <>
        <Text size="sm" mb="md" role="alert">
          The design could not be saved, or somebody else has changed it. Look at it first; nothing was published.
        </Text>
        <Button variant="default" onClick={onClose}>
          Look at it
        </Button>
      </>
    );
  }
  if (unsaved.length > 0 && !isWithout) {
    return (
      <>
        <Text size="sm" role="alert">
          There are changes that are not saved. They are not checked, and do not go live:
        </Text>
        <List unsaved={unsaved} />
        <Group gap="sm" mt="md">
          {[...new Set(unsaved.map((each) => each.tab))].map((tab) => (
            <Button
              key={tab}
              onClick={() => {
                onClose();
                void navigate({ search: { tab }, resetScroll: false });
              }}
            >
              Go back to {TABS.find(({ id }) => id === tab)?.label}
            </Button>
          ))}
          <Button variant="default" onClick={() => setWithout(true)}>
            Go on without them
          </Button>
        </Group>
      </>
    );
  }
  return <Checked content={content} onClose={onClose} />;
}

function Checked({ content, onClose }: { content: Content; onClose: () => void }) {
  const { data, error, isPending, refetch } = useQuery({
    ...checkQuery(content.id, "publish"),
    placeholderData: undefined,
  });
  if (isPending) return <Loading what="the check" lines={2} />;
  if (error && !data) return <Failed what="check it" error={error} retry={() => void refetch()} />;
  return <Choice content={content} problems={data.problems} onClose={onClose} />;
}

type ChoiceProps = { content: Content; problems: Parameters<typeof Problems>[0]["problems"]; onClose: () => void };

function Choice({ content, problems, onClose }: ChoiceProps) {
  const [chosen, setChosen] = useState(() => content.documents.filter(isUnpublished).map(({ id }) => id));
  const [note, setNote] = useState("");
  const errors = problems.filter((each) => each.severity === "error" && concerns(each.documentId, chosen));
  const isNothing = chosen.length === 0 && content.documents.every(({ versionId }) => versionId === null);
  const isOff = errors.length > 0 || isNothing;
  const publish = useOnce({
    mutationFn: () => publishContent(content.id, { documentIds: chosen, ...(note.trim() ? { note: note.trim() } : {}) }),
    onSuccess: keepContent,
  });
  if (publish.isSuccess) {
    return (
      <>
        <Text role="status" mb="md">
          Published. Whoever opens a page now sees it; pages that are open follow with their next look.
        </Text>
        <Button onClick={onClose} data-autofocus>
          Close
        </Button>
      </>
    );
  }
  const toggle = (id: number, isIn: boolean) =>
    setChosen((before) => (isIn ? [...before, id] : before.filter((each) => each !== id)));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (!isOff) publish.mutate();
      }}
    >
      <Stack gap="md">
        <div role="status">
          {problems.length === 0 ? (
            <Text size="sm">The check found nothing.</Text>
          ) : (
            <Text size="sm" mb="xs">
              {errors.length > 0
                ? "This would break for people, so it cannot go out as it is:"
                : "It can go out. Worth a look first:"}
            </Text>
          )}
        </div>
        {problems.length > 0 && <Problems content={content} problems={problems} onLeave={onClose} />}
        <fieldset className="hw-fieldset">
          <legend>Designs to publish</legend>
          <Stack gap="xs">
            {content.documents.map((document) => (
              <Group key={document.id} gap="sm">
                <Checkbox
                  label={document.segmentName}
                  checked={chosen.includes(document.id)}
                  onChange={(event) => toggle(document.id, event.currentTarget.checked)}
                />
                <StatusMark status={document.status} />
              </Group>
            ))}
          </Stack>
          <Text size="sm" c="dimmed" mt="xs">
            {isNothing ? "Choose at least one: nothing is live yet." : "Name, slug and placements go live with them."}
          </Text>
        </fieldset>
        <Textarea
          label="Note"
          description="What changed, for whoever looks at the versions later."
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
          maxLength={500}
          autosize
          minRows={2}
        />
        {publish.error && <Failed what="publish it" error={publish.error} />}
        <Group gap="sm">
          <Button
            type="submit"
            loading={publish.isPending}
            aria-disabled={isOff}
            data-disabled={isOff || undefined}
          >
            Publish
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const isUnpublished = ({ status }: Document) => status !== "published";
const concerns = (documentId: number | null | undefined, chosen: number[]) =>
  documentId === null || documentId === undefined || chosen.includes(documentId);
