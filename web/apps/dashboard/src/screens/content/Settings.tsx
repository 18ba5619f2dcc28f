/** What a content is called, by people and by programs; its goals, its file, its end. */

import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import {
  archiveContent,
  contentFileAddress,
  deleteContent,
  duplicateContent,
  restoreContent,
  unpublishContent,
} from "../../api/content";
import type { Content } from "../../api/contentTypes";
import { useOnce } from "../../api/once";
import { CopyButton } from "../../parts/Copy";
import { Dialog } from "../../parts/Dialog";
import { Failed } from "../../parts/States";
import { editsOf } from "../../parts/useDraft";
import { When } from "../../parts/When";
import { CopyIcon, DownloadIcon } from "../../shell/icons";
import { Delete } from "../sending/Delete";
import { useDrafts } from "./drafts";
import { namesOf } from "./forms";
import { useForm, useForms } from "./FormsOf";
import { Goals } from "./Goals";
import { forgetContent, keepContent } from "./keep";
import { MeanwhileAlert } from "./MeanwhileAlert";
import { useContentChange } from "./useContentChange";

export function Settings({ content }: { content: Content }) {
  return (
    <div className="hw-two">
      <Stack gap="lg">
        <Names content={content} />
        <Goals content={content} />
      </Stack>
      <Stack gap="lg">
        <Ids content={content} />
        <File content={content} />
        <End content={content} />
      </Stack>
    </div>
  );
}

function Card({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section className="hw-card" aria-labelledby={id}>
      <h2 id={id} className="hw-heading">
        {title}
      </h2>
      <div style={{ marginBlockStart: "0.5rem" }}>{children}</div>
    </section>
  );
}

function Names({ content }: { content: Content }) {
  const forms = useForms();
  const held = useForm("names");
  const server = namesOf(content);
  const edits = editsOf(server, held?.touched ?? {});
  const isEdited = Object.keys(edits).length > 0;
  const { name, slug, folder } = { ...server, ...held?.touched };
  const clear = () => forms.put("names", undefined);
  const save = useContentChange(content, clear);
  const problem = name.trim() === "" ? "Give the content a name." : null;
  function submit(event: FormEvent) {
    event.preventDefault();
    if (problem || !held || !isEdited) return;
    save.mutate({ change: edits, revision: held.revision, base: held.base });
  }
  const put = (part: Partial<typeof server>) => {
    // What is changed here is a change of what is seen now, not of what somebody else makes of it later.
    const begun = isEdited && held ? held : { revision: content.revision, base: server, touched: {} };
    if (save.isSuccess) save.reset();
    forms.put("names", { ...begun, touched: { ...begun.touched, ...part } });
  };
  return (
    <Card id="names" title="Name and slug">
      <form onSubmit={submit} noValidate>
        <Stack gap="sm">
          <TextInput
            label="Name"
            description="The labels of what people click begin with it, where they have none of their own."
            required
            value={name}
            error={problem}
            onChange={(event) => put({ name: event.currentTarget.value })}
            autoComplete="off"
          />
          <Group gap="sm" align="flex-end">
            <TextInput
              label="Slug"
              description="Pages, other contents and webhooks know it by this. A change goes live when you publish."
              required
              value={slug}
              onChange={(event) => put({ slug: event.currentTarget.value })}
              autoComplete="off"
              spellCheck={false}
              styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
              style={{ flex: "1 1 14rem", minWidth: 0 }}
            />
            <CopyButton text={content.slug} what="slug" />
          </Group>
          <TextInput
            label="Folder"
            description="Contents of the same folder stand together in the list. May be empty."
            value={folder}
            onChange={(event) => put({ folder: event.currentTarget.value })}
            autoComplete="off"
          />
          <MeanwhileAlert what="save it" save={save} onTaken={clear} />
          <Group gap="sm">
            <Button type="submit" loading={save.isPending} disabled={!isEdited || problem !== null}>
              Save
            </Button>
            <Text size="sm" role="status">
              {isEdited ? "Not saved yet." : save.isSuccess ? "Saved." : ""}
            </Text>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

function Ids({ content }: { content: Content }) {
  const ids = [
    { name: "contentId", value: content.contentId, meaning: "in events, as properties.contentId" },
    { name: "id", value: String(content.id), meaning: "in events of a Segment source, as portalId" },
  ];
  return (
    <Card id="ids" title="Ids">
      <Stack gap="sm">
        {ids.map(({ name, value, meaning }) => (
          <div key={name}>
            <Text size="sm">
              <strong>{name}</strong> <span className="hw-aside">{meaning}</span>
            </Text>
            <Group gap="sm">
              <code className="hw-code hw-line">{value}</code>
              <CopyButton text={value} what={name} />
            </Group>
          </div>
        ))}
        <Text size="sm" c="dimmed">
          Made <When at={content.createdAt} />; last changed <When at={content.updatedAt} /> by {content.updatedBy}
          {content.publishedAt && (
            <>
              ; published <When at={content.publishedAt} />
            </>
          )}
          .
        </Text>
      </Stack>
    </Card>
  );
}

function File({ content }: { content: Content }) {
  return (
    <Card id="file" title="As a file">
      <Text size="sm" mb="sm">
        The draft with its designs, placements and goals, to keep, to compare, or to import into another workspace.
      </Text>
      <Button
        variant="default"
        leftSection={<DownloadIcon />}
        renderRoot={(props) => (
          <a {...props} href={contentFileAddress(content.id)} download={`${content.slug}.json`} />
        )}
      >
        Export
      </Button>
    </Card>
  );
}

function End({ content }: { content: Content }) {
  const navigate = useNavigate();
  const [isCopying, setCopying] = useState(false);
  const isArchived = content.status === "archived";
  const isLive = content.status === "published" || content.status === "changed";
  const put = useMutation({
    mutationFn: (act: (id: number) => Promise<Content>) => act(content.id),
    onSuccess: keepContent,
  });
  return (
    <Card id="end" title="Copy, put away, delete">
      <Stack gap="sm" align="flex-start">
        <Button variant="default" leftSection={<CopyIcon />} onClick={() => setCopying(true)}>
          Duplicate…
        </Button>
        {isLive && (
          <div>
            <Button variant="default" loading={put.isPending} onClick={() => put.mutate((id) => unpublishContent(id))}>
              Unpublish
            </Button>
            <Text size="sm" c="dimmed" mt={4}>
              Nobody sees it any more. All of it stays here as a draft; to undo it, publish again.
            </Text>
          </div>
        )}
        <div>
          <Button variant="default" loading={put.isPending} onClick={() => put.mutate(isArchived ? restoreContent : archiveContent)}>
            {isArchived ? "Restore" : "Archive"}
          </Button>
          <Text size="sm" c="dimmed" mt={4}>
            {isArchived ? "Back among the drafts." : "Nobody sees it, and the list leaves it out until it is asked for. To undo it, restore it here; it comes back as a draft."}
          </Text>
        </div>
        <span role="status" className="hw-sr">
          {put.isSuccess ? `The content is now: ${content.status}` : ""}
        </span>
        {put.error && <Failed what="change it" error={put.error} />}
        <Delete
          what="content"
          name={content.name}
          consequence="Its designs, versions and placements are gone for good. What people did with it stays in the tables."
          remove={() => deleteContent(content.id)}
          onDone={() => {
            void navigate({ to: "/content", ignoreBlocker: true }).then(() => forgetContent(content.id));
          }}
        />
      </Stack>
      <Dialog title={`Duplicate ${content.name}`} isOpen={isCopying} onClose={() => setCopying(false)}>
        <Duplicate content={content} onClose={() => setCopying(false)} />
      </Dialog>
    </Card>
  );
}

function Duplicate({ content, onClose }: { content: Content; onClose: () => void }) {
  const navigate = useNavigate();
  const drafts = useDrafts();
  const [name, setName] = useState(`${content.name} (copy)`);
  const copy = useOnce({
    mutationFn: async () => {
      await drafts.flush();
      return duplicateContent(content.id, name.trim());
    },
    onSuccess: async (made) => {
      await keepContent(made);
      onClose();
      await navigate({ to: "/content/$id", params: { id: String(made.id) } });
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim()) copy.mutate();
      }}
    >
      <TextInput
        label="Name of the copy"
        value={name}
        error={name.trim() === "" ? "Give the copy a name." : undefined}
        onChange={(event) => setName(event.currentTarget.value)}
        autoComplete="off"
        mb="md"
        data-autofocus
      />
      {copy.error && <Failed what="duplicate it" error={copy.error} />}
      <Group gap="sm">
        <Button type="submit" loading={copy.isPending}>
          Duplicate
        </Button>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}
