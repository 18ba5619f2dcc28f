/** The segments of a content in their order, as tabs: to open, to move, to add to, to copy between, to end. */

import { Button, Group, NativeSelect, Tabs, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type DragEvent, useState } from "react";
import {
  addDocument,
  changeContent,
  changeDocument,
  content as readContent,
  removeDocument,
  unpublishContent,
} from "../../api/content";
import type { Content, Document } from "../../api/contentTypes";
import { segmentsQuery } from "../../api/peopleQueries";
import { Dialog } from "../../parts/Dialog";
import { Failed } from "../../parts/States";
import { CopyIcon, EarlierIcon, LaterIcon, PencilIcon, PlusIcon, TrashIcon } from "../../shell/icons";
import { useDrafts } from "./drafts";
import { keepContent } from "./keep";
import { movedTo } from "./order";

type Props = { content: Content; open: Document | undefined; onOpen: (id: number) => void };
const EVERYONE = "Everyone";

type Asking = "add" | "copy" | "change" | "delete" | null;

export function SegmentTabs({ content, open, onOpen }: Props) {
  const { documents } = content;
  const [asking, setAsking] = useState<Asking>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const [said, setSaid] = useState("");
  const order = useMutation({
    mutationFn: (ids: number[]) => changeContent(content.id, { revision: content.revision, documentOrder: ids }),
    onSuccess: keepContent,
  });
  const at = documents.findIndex(({ id }) => id === open?.id);
  // Whatever followed Everyone, nobody would see: it stays last.
  const isFree = (index: number) => documents[index] !== undefined && documents[index]?.segmentId !== EVERYONE;
  const move = (from: number, to: number) => {
    const moved = documents[from];
    if (!moved || !isFree(from) || !isFree(to) || from === to) return;
    order.mutate(movedTo(documents, from, to).map(({ id }) => id));
    setSaid(`${moved.segmentName} is now number ${to + 1} of ${documents.length}.`);
  };
  const drop = (event: DragEvent, to: number) => {
    event.preventDefault();
    if (dragged !== null) move(dragged, to);
    setDragged(null);
  };
  return (
    <div>
      <Text size="sm" mb="xs">
        The first of these segments that holds a person decides what the person sees.{" "}
        {documents.some(({ segmentId }) => segmentId === EVERYONE)
          ? "Everyone comes last, and holds whoever is in none of the others."
          : "Whoever is in none of them sees nothing."}
      </Text>
      <Group gap="sm" align="center">
        <Tabs value={open ? String(open.id) : null} onChange={(id) => onOpen(Number(id))} variant="outline">
          <Tabs.List aria-label="Segments, in their order" className="hw-tabs">
            {documents.map((document, index) => (
              <Tabs.Tab
                key={document.id}
                value={String(document.id)}
                draggable={isFree(index)}
                onDragStart={(event) => {
                  event.dataTransfer.effectAllowed = "move";
                  setDragged(index);
                }}
                onDragEnd={() => setDragged(null)}
                onDragOver={(event) => dragged !== null && event.preventDefault()}
                onDrop={(event) => drop(event, index)}
                data-dragged={dragged === index || undefined}
              >
                <span className="hw-aside">{index + 1}</span> {document.segmentName}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        <Button size="compact-sm" variant="default" leftSection={<PlusIcon size={14} />} onClick={() => setAsking("add")}>
          Add segment
        </Button>
      </Group>
      {open && (
        <Group gap="xs" mt="xs" role="group" aria-label={`The design for ${open.segmentName}`}>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<EarlierIcon size={14} />}
            aria-disabled={!(isFree(at) && isFree(at - 1))}
            data-disabled={!(isFree(at) && isFree(at - 1)) || undefined}
            onClick={() => move(at, at - 1)}
          >
            Move earlier
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<LaterIcon size={14} />}
            aria-disabled={!(isFree(at) && isFree(at + 1))}
            data-disabled={!(isFree(at) && isFree(at + 1)) || undefined}
            onClick={() => move(at, at + 1)}
          >
            Move later
          </Button>
          {documents.length > 1 && (
            <Button size="compact-sm" variant="default" leftSection={<CopyIcon size={14} />} onClick={() => setAsking("copy")}>
              Copy from…
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<PencilIcon size={14} />}
            onClick={() => setAsking("change")}
          >
            Change segment…
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<TrashIcon size={14} />}
            onClick={() => setAsking("delete")}
          >
            Delete…
          </Button>
        </Group>
      )}
      <span role="status" className="hw-sr">
        {order.isPending ? "" : said}
      </span>
      {order.error && <Failed what="change the order" error={order.error} />}
      <Dialog title="Add a segment" isOpen={asking === "add"} onClose={() => setAsking(null)}>
        <Add content={content} onOpen={onOpen} onClose={() => setAsking(null)} />
      </Dialog>
      {open && (
        <>
          <Dialog title={`Copy a design to ${open.segmentName}`} isOpen={asking === "copy"} onClose={() => setAsking(null)}>
            <CopyFrom content={content} to={open} onClose={() => setAsking(null)} />
          </Dialog>
          <Dialog
            title={`Show the design for ${open.segmentName} to others`}
            isOpen={asking === "change"}
            onClose={() => setAsking(null)}
          >
            <Change content={content} document={open} onClose={() => setAsking(null)} />
          </Dialog>
          <Dialog
            title={`Delete the design for ${open.segmentName}?`}
            isOpen={asking === "delete"}
            onClose={() => setAsking(null)}
          >
            <Remove content={content} document={open} onOpen={onOpen} onClose={() => setAsking(null)} />
          </Dialog>
        </>
      )}
    </div>
  );
}

type Asked = { content: Content; onOpen: (id: number) => void; onClose: () => void };

function Add({ content, onOpen, onClose }: Asked) {
  const { data } = useQuery(segmentsQuery);
  const drafts = useDrafts();
  const free = (data?.data ?? []).filter(({ id }) => !content.documents.some(({ segmentId }) => segmentId === id));
  const [chosen, setChosen] = useState("");
  const [copyOf, setCopyOf] = useState("");
  const segmentId = chosen || free[0]?.id;
  const add = useMutation({
    mutationFn: async (segment: string) => {
      await drafts.flush();
      return addDocument(content.id, { segmentId: segment, ...(copyOf ? { copyOf: Number(copyOf) } : {}) });
    },
    onSuccess: async (saved, segment) => {
      await keepContent(saved);
      onClose();
      const made = saved.documents.find((each) => each.segmentId === segment);
      if (made) onOpen(made.id);
    },
  });
  if (data && free.length === 0) {
    return (
      <>
        <Text size="sm" mb="md">
          Each segment of the workspace has a design here already. New segments are made under Segments.
        </Text>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
      </>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (segmentId) add.mutate(segmentId);
      }}
    >
      <NativeSelect
        label="Segment"
        value={segmentId ?? ""}
        data={free.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(event) => setChosen(event.currentTarget.value)}
        mb="sm"
        data-autofocus
      />
      <NativeSelect
        label="Begin with"
        value={copyOf}
        data={[
          { value: "", label: "an empty design" },
          ...content.documents.map(({ id, segmentName }) => ({ value: String(id), label: `a copy of that for ${segmentName}` })),
        ]}
        onChange={(event) => setCopyOf(event.currentTarget.value)}
        mb="md"
      />
      {add.error && <Failed what="add the segment" error={add.error} />}
      <Group gap="sm">
        <Button type="submit" loading={add.isPending} disabled={!segmentId}>
          Add segment
        </Button>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}

function CopyFrom({ content, to, onClose }: { content: Content; to: Document; onClose: () => void }) {
  const drafts = useDrafts();
  const others = content.documents.filter(({ id }) => id !== to.id);
  const [chosen, setChosen] = useState(String(others[0]?.id ?? ""));
  const from = others.find(({ id }) => String(id) === chosen) ?? others[0];
  const copy = useMutation({
    mutationFn: async (document: Document) => drafts.of(to).replace(drafts.of(document).current().tree),
    onSuccess: onClose,
  });
  return (
    <>
      <NativeSelect
        label="The design for"
        value={chosen}
        data={others.map(({ id, segmentName }) => ({ value: String(id), label: segmentName }))}
        onChange={(event) => setChosen(event.currentTarget.value)}
        mb="sm"
        data-autofocus
      />
      <Text size="sm" mb="md">
        It takes the place of the draft for {to.segmentName}. What is live stays until you publish.
      </Text>
      <Group gap="sm">
        <Button loading={copy.isPending} onClick={() => from && copy.mutate(from)}>
          Copy it
        </Button>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </Group>
    </>
  );
}

function Change({ content, document, onClose }: { content: Content; document: Document; onClose: () => void }) {
  const { data } = useQuery(segmentsQuery);
  const drafts = useDrafts();
  const free = (data?.data ?? []).filter(({ id }) => !content.documents.some(({ segmentId }) => segmentId === id));
  const [chosen, setChosen] = useState("");
  const segmentId = chosen || free[0]?.id;
  const change = useMutation({
    mutationFn: async (segment: string) => {
      await drafts.flush();
      const { documents } = await readContent(String(content.id));
      const { revision } = documents.find(({ id }) => id === document.id) ?? document;
      return changeDocument(content.id, document.id, { revision, segmentId: segment });
    },
    onSuccess: async (saved) => {
      await keepContent(saved);
      onClose();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (segmentId) change.mutate(segmentId);
      }}
    >
      <NativeSelect
        label="Segment"
        value={segmentId ?? ""}
        data={free.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(event) => setChosen(event.currentTarget.value)}
        mb="sm"
        data-autofocus
      />
      <Text size="sm" mb="md">
        People see the change when you publish.
      </Text>
      {change.error && <Failed what="change the segment" error={change.error} />}
      <Group gap="sm">
        <Button type="submit" loading={change.isPending} disabled={!segmentId}>
          Change segment
        </Button>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
      </Group>
    </form>
  );
}

function Remove({ content, document, onOpen, onClose }: Asked & { document: Document }) {
  const remove = useMutation({
    mutationFn: async () => {
      // What pages show can't be deleted: it is taken off them first.
      if (document.versionId) await unpublishContent(content.id, [document.id]);
      return removeDocument(content.id, document.id);
    },
    onSuccess: async (left) => {
      onClose();
      await keepContent(left);
      const next = left.documents[0];
      if (next) onOpen(next.id);
    },
  });
  return (
    <>
      <Text size="sm" mb="md">
        Its people then see what the next segment that holds them is shown. Its versions are gone for good{document.versionId ? ", and what is live of it is taken off the pages" : ""}.
      </Text>
      {remove.error && <Failed what="delete it" error={remove.error} />}
      <Group gap="sm">
        <Button color="brick" loading={remove.isPending} onClick={() => remove.mutate()}>
          Delete
        </Button>
        <Button variant="default" onClick={onClose}>
          Keep it
        </Button>
      </Group>
    </>
  );
}
