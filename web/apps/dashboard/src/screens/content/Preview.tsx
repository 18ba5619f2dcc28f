/** The draft as people would see it: on the demo page, or on a page of one's own that carries the script. */

import { Button, Group, NativeSelect, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { openAuthorSession } from "../../api/content";
import type { Content } from "../../api/contentTypes";
import { meQuery, workspaceQuery } from "../../api/queries";
import { Failed } from "../../parts/States";
import { Awaited } from "../../parts/When";
import { NO_ADDRESS, pageAddress, rememberAddress, rememberedAddress } from "./addresses";
import { useDrafts } from "./drafts";
import { openSoon } from "./newTab";

export function Preview({ content }: { content: Content }) {
  const { data: workspace } = useQuery(workspaceQuery);
  const { data: me } = useQuery(meQuery);
  const drafts = useDrafts();
  const [documentId, setDocumentId] = useState(String(content.documents[0]?.id ?? ""));
  const [address, setAddress] = useState(() => rememberedAddress(workspace?.id ?? ""));
  const [problem, setProblem] = useState<string | null>(null);
  const [isBlocked, setBlocked] = useState(false);
  const show = useMutation({
    mutationFn: async (url: string) => {
      let session: Awaited<ReturnType<typeof openAuthorSession>> | undefined;
      const opened = await openSoon(async () => {
        await drafts.flush();
        session = await openAuthorSession(content.id, {
          mode: "preview",
          url,
          ...(documentId ? { documentId: Number(documentId) } : {}),
        });
        return session.url;
      });
      setBlocked(!opened);
      return session;
    },
  });
  const demo = workspace && me ? `${me.publicUrl}/demo/?token=${encodeURIComponent(workspace.clientToken)}` : null;
  function submit(event: FormEvent) {
    event.preventDefault();
    const url = pageAddress(address);
    setProblem(url ? null : NO_ADDRESS);
    if (!url) return;
    if (workspace) rememberAddress(workspace.id, url);
    show.mutate(url);
  }
  return (
    <Stack gap="md">
      <Text size="sm">
        The draft shows in a new tab, for your eyes alone: nobody else sees it, and nothing is counted.
      </Text>
      {content.documents.length > 1 && (
        <NativeSelect
          label="The design for"
          value={documentId}
          data={content.documents.map(({ id, segmentName }) => ({ value: String(id), label: segmentName }))}
          onChange={(event) => setDocumentId(event.currentTarget.value)}
        />
      )}
      <div>
        <Button
          variant="default"
          disabled={!demo}
          loading={show.isPending && show.variables === demo}
          onClick={() => demo && show.mutate(demo)}
        >
          Show it on the demo page
        </Button>
      </div>
      <form onSubmit={submit} noValidate>
        <Group gap="sm" align="flex-end">
          <TextInput
            label="Or on a page of yours"
            type="url"
            value={address}
            error={problem}
            placeholder="https://app.example.com/home"
            onChange={(event) => setAddress(event.currentTarget.value)}
            autoComplete="url"
            spellCheck={false}
            style={{ flex: "1 1 16rem", minWidth: 0 }}
          />
          <Button type="submit" loading={show.isPending && show.variables !== demo}>
            Show it there
          </Button>
        </Group>
        <Text size="sm" c="dimmed" mt={4}>
          The page has to carry the script of this workspace.
        </Text>
      </form>
      <div role="status">
        {show.data && (
          <Text size="sm">
            {isBlocked ? "The browser did not open a tab by itself: " : "Opened in a new tab. "}
            <a href={show.data.url} target="_blank" rel="noreferrer" className="hw-link">
              Open the preview
            </a>
            . <Awaited at={show.data.expiresAt} what="It ends" />
          </Text>
        )}
      </div>
      {show.error && <Failed what="show it" error={show.error} />}
    </Stack>
  );
}
