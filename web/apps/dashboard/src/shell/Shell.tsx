/** What stands round every screen: skip link, header with navigation, the screen, footer. */

import { ActionIcon, Badge, Menu, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { queryClient } from "../api/cache";
import { signOut } from "../api/calls";
import { workspaceQuery } from "../api/queries";
import { OutIcon, PersonIcon } from "./icons";
import { SchemeMenu } from "./SchemeMenu";
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
          <Link to="/sql">SQL</Link>
        </nav>
        <div style={{ display: "flex", alignItems: "center", gap: "0.5rem", marginInlineStart: "auto" }}>
          <WorkspaceName />
          <SchemeMenu />
          <AccountMenu />
        </div>
      </div>
    </header>
  );
}

function WorkspaceName() {
  const { data } = useQuery(workspaceQuery);
  if (!data) return null;
  return (
    <Text size="sm" component="div" style={{ display: "flex", alignItems: "center", gap: "0.5rem" }}>
      <span>{data.name}</span>
      <Badge variant="default" tt="uppercase" title="The region of the workspace, fixed at its creation">
        {data.region}
      </Badge>
    </Text>
  );
}

function AccountMenu() {
  const navigate = useNavigate();
  const leave = useMutation({
    mutationFn: signOut,
    onSettled: () => {
      queryClient.clear();
      void navigate({ to: "/sign-in" });
    },
  });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" size="lg" aria-label="Session">
          <PersonIcon />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<OutIcon />} onClick={() => leave.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
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
        <a href="/api/v1/openapi.json" style={{ color: "var(--mantine-color-anchor)", marginInlineStart: "auto" }}>
          API description
        </a>
      </div>
    </footer>
  );
}
