/** What stands round every screen: skip link, header with navigation, the screen, footer. */

import {
  Badge,
  Button,
  type MantineColorScheme,
  NativeSelect,
  Radio,
  Stack,
  Text,
  TextInput,
  useMantineColorScheme,
} from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { queryClient } from "../api/cache";
import { renameMe, signOut } from "../api/calls";
import { forgetWorkspace, pickWorkspace } from "../api/place";
import { meQuery, workspaceQuery } from "../api/queries";
import { OutIcon, PersonIcon } from "./icons";
import { Panel } from "./Panel";
import { Wordmark } from "./Wordmark";

export function Shell() {
  return (
    <div className="hw-frame">
      <a className="hw-skip" href="#content">
        Skip to the content
      </a>
      <Header />
      <main className="hw-main" id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <Footer />
    </div>
  );
}

function Header() {
  return (
    <header className="hw-header">
      <div className="hw-bar">
        <Link to="/sources" className="hw-wordmark" aria-label="headwater, to the sources">
          <Wordmark />
        </Link>
        <nav className="hw-nav" aria-label="Main">
          <Link to="/sources">Sources</Link>
          <Link to="/catalog">Catalogue</Link>
          <Link to="/destinations">Destinations</Link>
          <Link to="/content">Content</Link>
          <Link to="/people">People</Link>
          <Link to="/segments">Segments</Link>
          <Link to="/flow">Flow</Link>
          <Link to="/sql">SQL</Link>
          <Link to="/settings">Settings</Link>
        </nav>
        <div style={{ display: "flex", alignItems: "center", gap: "0.5rem", marginInlineStart: "auto" }}>
          <WorkspaceName />
          <Preferences />
        </div>
      </div>
    </header>
  );
}

function WorkspaceName() {
  const { data } = useQuery(workspaceQuery);
  const me = useQuery(meQuery);
  if (!data) return null;
  const choices = me.data?.workspaces ?? [];
  return (
    <Text size="sm" component="div" style={{ display: "flex", alignItems: "center", gap: "0.5rem" }}>
      {choices.length > 1 ? (
        <NativeSelect
          size="xs"
          aria-label="Workspace"
          value={data.id}
          onChange={(event) => pickWorkspace(event.currentTarget.value)}
          data={choices.map(({ id, name }) => ({ value: id, label: name }))}
        />
      ) : (
        <span>{data.name}</span>
      )}
      <Badge variant="default" tt="uppercase" title="The region of the workspace, fixed at its creation">
        {data.region}
      </Badge>
    </Text>
  );
}

/** Whom others read about where something was changed from here. */
function YourName() {
  const { data: me } = useQuery(meQuery);
  const [typed, setTyped] = useState<string | null>(null);
  const save = useMutation({
    mutationFn: renameMe,
    onSuccess: (renamed) => {
      queryClient.setQueryData(meQuery.queryKey, renamed);
      setTyped(null);
    },
  });
  if (!me?.byCookie) return null;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (typed !== null) save.mutate(typed);
      }}
    >
      <TextInput
        label="Your name"
        description="Others read it where you changed something."
        value={typed ?? me.name}
        onChange={(event) => setTyped(event.currentTarget.value)}
        error={save.error?.message}
        maxLength={200}
        autoComplete="name"
      />
      <Button type="submit" size="compact-sm" variant="default" mt={6} mb="md" loading={save.isPending}>
        Save name
      </Button>
      <span role="status" className="hw-sr">
        {save.isSuccess && typed === null ? "Saved." : ""}
      </span>
    </form>
  );
}

/** Name, colours and sign-out. */
function Preferences() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: signOut,
    onSettled: () => {
      queryClient.clear();
      forgetWorkspace();
      void navigate({ to: "/sign-in" });
    },
  });
  return (
    <Panel label="You and this session" icon={<PersonIcon />}>
      <YourName />
      <Radio.Group
        label="Colours"
        value={colorScheme}
        onChange={(scheme) => setColorScheme(scheme as MantineColorScheme)}
        mb="md"
      >
        <Stack gap={6} mt={6}>
          <Radio value="light" label="Light" />
          <Radio value="dark" label="Dark" />
          <Radio value="auto" label="Like the system" />
        </Stack>
      </Radio.Group>
      <Button variant="default" fullWidth leftSection={<OutIcon />} onClick={() => leave.mutate()}>
        Sign out
      </Button>
    </Panel>
  );
}

export function Footer() {
  return (
    <footer className="hw-footer">
      <div className="hw-bar">
        <span>
          headwater is an independent project, not affiliated with Twilio, Candu or Produktly; names say what it works
          with.
        </span>
        <span className="hw-footer-links">
          <a href="/NOTICES.txt">Third-party notices</a>
          <a href="/api/v1/openapi.json">API description</a>
        </span>
      </div>
    </footer>
  );
}
