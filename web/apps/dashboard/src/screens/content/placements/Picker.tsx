/** Choosing the element on the page itself: it opens in a new tab, and what is clicked there arrives here. */

import { Alert, Button, Group, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { openAuthorSession } from "../../../api/content";
import { authorSessionQuery } from "../../../api/contentQueries";
import type { AuthorSession, Content, Picked } from "../../../api/contentTypes";
import { workspaceQuery } from "../../../api/queries";
import { Failed } from "../../../parts/States";
import { CheckIcon, TargetIcon } from "../../../shell/icons";
import { NO_ADDRESS, pageAddress, rememberAddress, rememberedAddress } from "../addresses";
import { openSoon } from "../newTab";

type Props = { content: Content; onPicked: (target: Picked) => void };

export function Picker({ content, onPicked }: Props) {
  const { data: workspace } = useQuery(workspaceQuery);
  const [address, setAddress] = useState(() => rememberedAddress(workspace?.id ?? ""));
  const [problem, setProblem] = useState<string | null>(null);
  const [session, setSession] = useState<AuthorSession | null>(null);
  const [isBlocked, setBlocked] = useState(false);
  const open = useMutation({
    mutationFn: async (url: string) => {
      const opened = await openSoon(async () => {
        const made = await openAuthorSession(content.id, { mode: "pick", url });
        setSession(made);
        return made.url;
      });
      setBlocked(!opened);
    },
  });
  function begin() {
    const url = pageAddress(address);
    setProblem(url ? null : NO_ADDRESS);
    // What is awaited from here on is this page, and none that was asked for before.
    setSession(null);
    if (!url) return;
    if (workspace) rememberAddress(workspace.id, url);
    open.mutate(url);
  }
  return (
    <div>
      <Group gap="sm" align="flex-end">
        <TextInput
          label="Page with the element"
          type="url"
          value={address}
          error={problem}
          placeholder="https://app.example.com/home"
          onChange={(event) => setAddress(event.currentTarget.value)}
          onKeyDown={(event) => {
            // Enter opens the page; it does not save the placement, whose form is around.
            if (event.key !== "Enter") return;
            event.preventDefault();
            begin();
          }}
          autoComplete="url"
          spellCheck={false}
          style={{ flex: "1 1 14rem", minWidth: 0 }}
        />
        <Button variant="default" leftSection={<TargetIcon />} loading={open.isPending} onClick={begin}>
          Choose on page
        </Button>
      </Group>
      {open.error && <Failed what="open the page" error={open.error} />}
      {session && <Awaiting key={session.code} content={content} session={session} isBlocked={isBlocked} onPicked={onPicked} />}
    </div>
  );
}

type AwaitingProps = Props & { session: AuthorSession; isBlocked: boolean };

function Awaiting({ content, session, isBlocked, onPicked }: AwaitingProps) {
  const { data, error } = useQuery(authorSessionQuery(content.id, session.code));
  const told = useRef("");
  const target = data?.target ?? null;
  useEffect(() => {
    const text = JSON.stringify(target);
    if (data?.status !== "picked" || !target || told.current === text) return;
    told.current = text;
    onPicked(target);
  }, [data, target]);
  if (error && !target) return <Failed what="follow the page" error={error} />;
  if (data?.status === "picked" && target) {
    return (
      <Alert color="river" variant="outline" icon={<CheckIcon />} title="Chosen" role="status" mt="sm">
        <Text size="sm">
          {target.text ? `“${target.text}”` : "The element"} on {target.url}. Its selectors stand below.
        </Text>
      </Alert>
    );
  }
  return (
    <div className="hw-question" style={{ marginBlockStart: "0.5rem" }}>
      <span className="hw-waiting-dot" aria-hidden="true" />
      <Text size="sm" role="status">
        {data?.status === "opened" ? "The page is open: click the element there." : "Waiting for the page to open."}
      </Text>
      <Text size="sm">
        {isBlocked && "The browser did not open a tab by itself: "}
        <a href={session.url} target="_blank" rel="noreferrer" className="hw-link">
          Open the page
        </a>
      </Text>
    </div>
  );
}
