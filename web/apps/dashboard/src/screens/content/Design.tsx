/** What the content shows, to one segment after the other: the first that holds a person is what the person sees. */

import { Alert, Button, Group, SegmentedControl, Text } from "@mantine/core";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Content, Document } from "../../api/contentTypes";
import { Dialog } from "../../parts/Dialog";
import { When } from "../../parts/When";
import { WarningIcon } from "../../shell/icons";
import { DesignEditor } from "./DesignEditor";
import { useDraft, useDrafts } from "./drafts";
import { JsonEditor } from "./JsonEditor";
import { Overtaken } from "./Overtaken";
import type { Saver, Saving } from "./saver";
import { SegmentTabs } from "./SegmentTabs";
import { StatusMark } from "./Status";

const route = getRouteApi("/inside/content/$id");

export function Design({ content }: { content: Content }) {
  const { document: wanted } = route.useSearch();
  const navigate = route.useNavigate();
  const open = content.documents.find(({ id }) => id === wanted) ?? content.documents[0];
  const choose = (id: number) =>
    void navigate({ search: { document: id }, replace: true, resetScroll: false });
  return (
    <>
      <SegmentTabs content={content} open={open} onOpen={choose} />
      {open ? (
        <Opened key={open.id} content={content} document={open} />
      ) : (
        <Text role="status" mt="md">
          No segment has a design yet. Add one, and what its people see is designed here.
        </Text>
      )}
    </>
  );
}

function Opened({ content, document }: { content: Content; document: Document }) {
  const { block } = route.useSearch();
  const saver = useDrafts().of(document);
  const draft = useDraft(saver);
  const [view, setView] = useState<"editor" | "json">("editor");
  return (
    <section aria-label={`Design for ${document.segmentName}`}>
      <Group justify="space-between" gap="sm" my="sm">
        <Group gap="sm">
          <StatusMark status={document.status} />
          <SaveMark saver={saver} saving={draft.saving} />
        </Group>
        <SegmentedControl
          size="xs"
          aria-label="Show the design as"
          value={view}
          onChange={(to) => setView(to as typeof view)}
          data={[
            { value: "editor", label: "Editor" },
            { value: "json", label: "JSON" },
          ]}
        />
      </Group>
      <Warned saver={saver} saving={draft.saving} mine={draft.tree} />
      {view === "json" ? (
        <JsonEditor
          key={draft.edition}
          tree={draft.tree}
          readOnly={content.status === "archived"}
          onChange={(tree) => saver.edit(tree)}
        />
      ) : (
        <DesignEditor
          key={draft.edition}
          content={content}
          document={document}
          tree={draft.tree}
          block={block}
          onChange={(tree) => saver.edit(tree)}
        />
      )}
    </section>
  );
}

const WORDS: Record<Saving["is"], string> = {
  saved: "Saved",
  edited: "Not saved yet",
  saving: "Saving …",
  failed: "Not saved",
  overtaken: "Not saved: somebody else changed it",
};

function SaveMark({ saver, saving }: { saver: Saver; saving: Saving }) {
  return (
    <>
      <Text size="sm" role="status" data-testid="saving">
        {saving.is === "overtaken" && !saver.isUnsaved ? "Changed by somebody else" : WORDS[saving.is]}
      </Text>
      {saving.is === "failed" && (
        <>
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {saving.error.message}
          </Text>
          <Button size="compact-sm" variant="default" onClick={() => void saver.flush()}>
            Save again
          </Button>
        </>
      )}
    </>
  );
}

/** Somebody else was faster: nothing of theirs is lost before the author has seen what it is. */
function Warned({ saver, saving, mine }: { saver: Saver; saving: Saving; mine: Document["tree"] }) {
  const [isLooking, setLooking] = useState(false);
  if (saving.is !== "overtaken") return null;
  const { theirs } = saving;
  return (
    <Alert
      color="amber"
      variant="outline"
      icon={<WarningIcon />}
      title={`${theirs.updatedBy} changed this design`}
      role="alert"
      mb="sm"
    >
      <Text size="sm" mb="sm">
        <When at={theirs.updatedAt} />. What you see here is older.{" "}
        {saver.isUnsaved ? "Your own changes are kept here and are not saved until you have chosen." : ""}
      </Text>
      <Group gap="sm">
        <Button size="compact-sm" onClick={() => setLooking(true)}>
          See what differs…
        </Button>
        {!saver.isUnsaved && (
          <Button size="compact-sm" variant="default" onClick={() => saver.takeTheirs()}>
            Take theirs
          </Button>
        )}
      </Group>
      <Dialog title="Theirs and yours" isOpen={isLooking} onClose={() => setLooking(false)} size="lg">
        <Overtaken mine={mine} theirs={theirs} saver={saver} onClose={() => setLooking(false)} />
      </Dialog>
    </Alert>
  );
}
