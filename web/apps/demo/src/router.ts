/** The sample product's pages, by the history API under /demo/. */

import { useSyncExternalStore } from "react";

export const PAGES = [
  { path: "/demo/", title: "Overview" },
  { path: "/demo/reports", title: "Reports" },
  { path: "/demo/settings", title: "Settings" },
] as const;

export type Path = (typeof PAGES)[number]["path"];

const listeners = new Set<() => void>();

export function usePath(): Path {
  return useSyncExternalStore(listen, current);
}

export function go(path: Path): void {
  if (path === current()) return;
  history.pushState(null, "", path);
  scrollTo(0, 0);
  for (const each of listeners) each();
}

function current(): Path {
  const here = location.pathname.replace(/\/+$/, "");
  return PAGES.find(({ path }) => path.replace(/\/+$/, "") === here)?.path ?? "/demo/";
}

function listen(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", listener);
  };
}
