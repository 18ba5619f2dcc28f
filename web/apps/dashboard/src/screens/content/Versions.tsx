/** What was published, newest first: by whom, with what note, how it differs, and back to it. */

import { Badge, Button, Group, NativeSelect, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { rollback } from "../../api/content";
import { diffQuery, versionsQuery } from "../../api/contentQueries";
import type { Content, Document, Version } from "../../api/contentTypes";
import { Dialog } from "../../parts/Dialog";
import { Failed, Loading } from "../../parts/States";
import { When } from "../../parts/When";
import { Changes } from "./Changes";
import { useDrafts } from "./drafts";
import { keepContent } from "./keep";

const DRAFT = "draft";

export function Versions({ content }: { content: Content }) {
  const { data, error, isPending, refetch } = useQuery(versionsQuery(content.id));
  const [chosen, setChosen] = useState(content.documents[0]?.id);
  const document = content.documents.find(({ id }) => id === chosen) ?? content.documents[0];
  if (isPending) return <Loading what="the versions" lines={2} />;
  if (error && !data) return <Failed what="load the versions" error={error} retry={() => void refetch()} />;
  if (!document) return <Text role="status">There is no design yet.</Text>;
  const versions = data.data.filter(({ documentId }) => documentId === document.id);
  return (
    <section aria-labelledby="versions">
      <Group justify="space-between" align="flex-end" gap="sm" mb="sm">
        <h2 id="versions" className="hw-heading">
          What was published
        </h2>
        {content.documents.length > 1 && (
          <NativeSelect
            label="Design for"
            value={String(document.id)}
            data={content.documents.map(({ id, segmentName }) => ({ value: String(id), label: segmentName }))}
            onChange={(event) => setChosen(Number(event.currentTarget.value))}
          />
        )}
      </Group>
      {versions.length === 0 ? (
        <Text role="status">Nothing of it was published yet.</Text>
      ) : (
        <>
          <List content={content} document={document} versions={versions} />
          <Compare key={document.id} content={content} document={document} versions={versions} />
        </>
      )}
    </section>
  );
}

type Props = { content: Content; document: Document; versions: Version[] };

function List({ content, document, versions }: Props) {
  const [asked, setAsked] = useState<Version | null>(null);
  return (
    <div className="hw-card" style={{ padding: 0, overflow: "hidden" }}>
      <table className="hw-table hw-stack">
        <caption className="hw-sr">Versions for {document.segmentName}, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Version</th>
            <th scope="col">Published</th>
            <th scope="col">Note</th>
            <th scope="col">
              <span className="hw-sr">What to do</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {versions.map((version) => (
            <tr key={`${version.number} ${version.versionId}`}>
              <th scope="row">
                {version.number}{" "}
                {version.live && (
                  <Badge variant="default" component="span">
                    live
                  </Badge>
                )}
                <br />
                <span className="hw-aside hw-mono" title={version.versionId}>
                  {version.versionId.slice(0, 10)}
                </span>
              </th>
              <td data-label="Published">
                <When at={version.publishedAt} /> <span className="hw-aside">by {version.publishedBy}</span>
              </td>
              <td data-label="Note">{version.note || <span className="hw-aside">none</span>}</td>
              <td>
                {!version.live && (
                  <Button size="compact-sm" variant="default" onClick={() => setAsked(version)}>
                    Bring back…
                    <span className="hw-sr">&nbsp;version {version.number}</span>
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Dialog title={`Bring back version ${asked?.number ?? ""}?`} isOpen={asked !== null} onClose={() => setAsked(null)} size="lg">
        {asked && <BringBack content={content} document={document} version={asked} onClose={() => setAsked(null)} />}
      </Dialog>
    </div>
  );
}

type BringBackProps = { content: Content; document: Document; version: Version; onClose: () => void };

function BringBack({ content, document, version, onClose }: BringBackProps) {
  const drafts = useDrafts();
  const bring = useMutation({
    mutationFn: async () => {
      await drafts.flush();
      return rollback(content.id, { documentId: document.id, versionId: version.versionId });
    },
    onSuccess: async (saved) => {
      drafts.adopt(saved);
      await keepContent(saved);
      onClose();
    },
  });
  return (
    <>
      <Text size="sm" mb="sm">
        People in {document.segmentName} see it at once.{" "}
        {document.status === "changed"
          ? "Your draft has changes that were not published; it stays as it is."
          : "The draft follows."}
      </Text>
      {document.versionId && (
        <>
          <Text size="sm" fw={600} mb={4}>
            Against what is live now:
          </Text>
          <Difference content={content} document={document} from={document.versionId} to={version.versionId} />
        </>
      )}
      {bring.error && <Failed what="bring it back" error={bring.error} />}
      <Group gap="sm" mt="md">
        <Button loading={bring.isPending} onClick={() => bring.mutate()}>
          Bring it back
        </Button>
        <Button variant="default" onClick={onClose}>
          Leave it
        </Button>
      </Group>
    </>
  );
}

function Compare({ content, document, versions }: Props) {
  const [from, setFrom] = useState(versions.find(({ live }) => live)?.versionId ?? versions[0]?.versionId ?? DRAFT);
  const [to, setTo] = useState(DRAFT);
  const choices = [
    { value: DRAFT, label: "the draft" },
    ...versions.map(({ versionId, number, live }) => ({
      value: versionId,
      label: `version ${number}${live ? " (live)" : ""}`,
    })),
  ];
  return (
    <section className="hw-card" aria-labelledby="compare" style={{ marginBlockStart: "1rem" }}>
      <h2 id="compare" className="hw-heading">
        What differs
      </h2>
      <Group gap="sm" mb="sm" mt="xs" align="flex-end">
        <NativeSelect label="From" value={from} data={choices} onChange={(event) => setFrom(event.currentTarget.value)} />
        <NativeSelect label="to" value={to} data={choices} onChange={(event) => setTo(event.currentTarget.value)} />
      </Group>
      <Difference content={content} document={document} from={from} to={to} />
    </section>
  );
}

type DifferenceProps = { content: Content; document: Document; from: string; to: string };

function Difference({ content, document, from, to }: DifferenceProps) {
  const { data, error, isPending, refetch } = useQuery(diffQuery(content.id, document.id, from, to, document.revision));
  if (isPending) return <Loading what="what differs" lines={1} />;
  if (error && !data) return <Failed what="compare them" error={error} retry={() => void refetch()} />;
  if (data.changes.length === 0)
    return (
      <Text size="sm" role="status">
        They are the same.
      </Text>
    );
  return <Changes changes={data.changes} label="Differences" />;
}
