/** The sample product's frame: who is signed in, where one is, and beside it the loop. */

import { type MouseEvent, useEffect, useRef, useState } from "react";
import type { Config } from "./config";
import { forget, type Identity, readIdentity, type Role, signIn } from "./identity";
import { Loop } from "./loop/Loop";
import { SignedIn } from "./parts/SignedIn";
import { go, PAGES, type Path, usePath } from "./router";
import { Overview } from "./screens/Overview";
import { Reports } from "./screens/Reports";
import { Settings } from "./screens/Settings";
import { start, startAnew } from "./sdk";

export function App({ config }: { config: Config }) {
  const [identity, setIdentity] = useState<Identity>(readIdentity);
  const token = config.clientToken;
  useEffect(() => {
    if (token) start(token, identity);
  }, [token, identity]);

  function become(role: Role) {
    setIdentity(signIn(role));
  }

  function anew() {
    startAnew();
    forget();
    setIdentity(signIn(identity.role));
  }

  return (
    <>
      <a className="skip" href="#main">
        Skip to the page
      </a>
      <header className="top">
        <div className="bar">
          <p className="brand">
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M3 8h18l-2.5 9a4 4 0 0 1-4 3h-5a4 4 0 0 1-4-3z" />
              <path className="wave" d="M3 8c3-4 6-4 9 0s6 4 9 0" />
            </svg>
            Basin
          </p>
          <Pages />
          <SignedIn role={identity.role} become={become} />
        </div>
      </header>
      <div className="columns">
        <main id="main" tabIndex={-1}>
          {token ? null : <NoWorkspace />}
          <Screen identity={identity} anew={anew} />
        </main>
        <aside aria-labelledby="loop-title">
          <Loop names={config.segments} token={token} whose={identity.userId ?? "nobody"} />
        </aside>
      </div>
      <footer className="bar">
        <p>
          Basin is a sample product, made up to show what <a href="/">headwater</a> puts into pages. What you do here goes
          into the workspace whose client token the page has.
        </p>
      </footer>
    </>
  );
}

function Pages() {
  const path = usePath();
  function follow(event: MouseEvent, to: Path) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  }
  return (
    <nav aria-label="Basin">
      {PAGES.map((page) => (
        <a
          key={page.path}
          href={page.path}
          aria-current={page.path === path ? "page" : undefined}
          onClick={(event) => follow(event, page.path)}
        >
          {page.title}
        </a>
      ))}
    </nav>
  );
}

function Screen({ identity, anew }: { identity: Identity; anew: () => void }) {
  const path = usePath();
  const title = PAGES.find((page) => page.path === path)!.title;
  const heading = useRef<HTMLHeadingElement>(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${title} · Basin, a sample product`;
    if (!first.current) heading.current?.focus();
    first.current = false;
  }, [title]);
  return (
    <>
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {path === "/demo/" && <Overview />}
      {path === "/demo/reports" && <Reports identity={identity} />}
      {path === "/demo/settings" && <Settings identity={identity} anew={anew} />}
    </>
  );
}

function NoWorkspace() {
  return (
    <div className="notice" role="note">
      <h2>This page belongs to no workspace yet</h2>
      <p>
        Add the client token of one to the address, as <code>/demo/?token=CLIENT_TOKEN</code>. It stands in the dashboard
        under Settings. A server that was started with <code>headwater demo</code> needs none.
      </p>
    </div>
  );
}
