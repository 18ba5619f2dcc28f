/** One content: what it shows to whom, where, how it fared, and why somebody sees it or not. */

import "./studio.css";
import { Button, Group, Stack, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useEffect, useState } from "react";
import { queryClient } from "../../api/cache";
import { contentQuery } from "../../api/contentQueries";
import type { Content as ContentValue } from "../../api/contentTypes";
import { Dialog } from "../../parts/Dialog";
import { Failed, Loading } from "../../parts/States";
import { EyeIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { DraftsOf } from "./drafts";
import { FormsOf, useUnsaved } from "./FormsOf";
import { Preview } from "./Preview";
import { Publish } from "./Publish";
import { StatusMark } from "./Status";
import { TABS, type Tab } from "./tabs";
import { ToContent } from "./ToContent";

const route = getRouteApi("/inside/content/$id");

const SCREENS: Record<Tab, ReturnType<typeof lazy<(props: { content: ContentValue }) => ReactNode>>> = {
  design: lazy(async () => ({ default: (await import("./Design")).Design })),
  placements: lazy(async () => ({ default: (await import("./placements/Placements")).Placements })),
  numbers: lazy(async () => ({ default: (await import("./numbers/Numbers")).Numbers })),
  versions: lazy(async () => ({ default: (await import("./Versions")).Versions })),
  why: lazy(async () => ({ default: (await import("./Why")).Why })),
  settings: lazy(async () => ({ default: (await import("./Settings")).Settings })),
};

export function Content() {
  const { id } = route.useParams();
  const { data: content, error, isPending, refetch } = useQuery(contentQuery(id));
  const navigate = route.useNavigate();
  const number = content && String(content.id);
  // Asked for by its slug or contentId: from here on by its number, under which all that changes is kept.
  useEffect(() => {
    if (!number || number === id) return;
    queryClient.setQueryData(contentQuery(number).queryKey, content);
    void navigate({ params: { id: number }, search: true, replace: true });
  }, [number, id, navigate]);
  if (isPending) return <Loading what="the content" lines={4} />;
  if (error && !content) {
    return (
      <Page title="Content" lead={<ToContent />}>
        <Failed what="show this content" error={error} retry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <DraftsOf key={content.id} content={content}>
      <FormsOf content={content}>
        <Opened content={content} />
      </FormsOf>
    </DraftsOf>
  );
}

function Opened({ content }: { content: ContentValue }) {
  const { tab = "design" } = route.useSearch();
  const navigate = route.useNavigate();
  const [asking, setAsking] = useState<"publish" | "preview" | null>(null);
  const unsaved = useUnsaved(content);
  const Screen = SCREENS[tab];
  const isArchived = content.status === "archived";
  return (
    <Page
      title={content.name}
      place={`content ${content.id}`}
      lead={<Facts content={content} />}
      actions={
        <Group gap="sm">
          <Button variant="default" leftSection={<EyeIcon />} onClick={() => setAsking("preview")}>
            Preview…
          </Button>
          {!isArchived && <Button onClick={() => setAsking("publish")}>Publish…</Button>}
        </Group>
      }
    >
      <Tabs
        value={tab}
        onChange={(to) => void navigate({ search: { tab: (to ?? "design") as Tab }, resetScroll: false })}
        keepMounted={false}
      >
        <Tabs.List className="hw-tabs" aria-label="Parts of the content">
          {TABS.map(({ id, label }) => (
            <Tabs.Tab key={id} value={id}>
              {label}
              {unsaved.some((each) => each.tab === id) && (
                <>
                  <span aria-hidden="true">&nbsp;•</span>
                  <span className="hw-sr">&nbsp;(not saved)</span>
                </>
              )}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map(({ id, label }) => (
          <Tabs.Panel key={id} value={id} pt="md">
            <Suspense fallback={<Loading what={label} lines={3} />}>
              <Screen content={content} />
            </Suspense>
          </Tabs.Panel>
        ))}
      </Tabs>
      <Dialog title={`Publish ${content.name}`} isOpen={asking === "publish"} onClose={() => setAsking(null)} size="lg">
        <Publish content={content} onClose={() => setAsking(null)} />
      </Dialog>
      <Dialog title="Preview" isOpen={asking === "preview"} onClose={() => setAsking(null)} size="lg">
        <Preview content={content} />
      </Dialog>
    </Page>
  );
}

function Facts({ content }: { content: ContentValue }) {
  return (
    <Stack gap={4}>
      <ToContent folder={content.folder} />
      <Group gap="sm">
        <StatusMark status={content.status} />
        <Text size="sm" span>
          slug <span className="hw-mono">{content.slug}</span>
        </Text>
        {content.status === "archived" && (
          <Text size="sm" span>
            Put away: nobody sees it. Settings brings it back.
          </Text>
        )}
      </Group>
    </Stack>
  );
}
