/** The dashboard's addresses. Each screen is a chunk of its own; all but sign-in ask for a session first. */

import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { onSignedOut, queryClient } from "./api/cache";
import { ApiError, isSignedOut } from "./api/errors";
import { forgetWorkspace, workspacePicked } from "./api/place";
import { workspaceQuery } from "./api/queries";
import { contentPlace, type ContentPlace, contentStatus } from "./screens/content/tabs";
import type { Search as ContentsSearch } from "./screens/content/Contents";
import type { Search as PeopleSearch } from "./screens/people/People";
import { Crashed, NotFound } from "./shell/Lost";
import { Shell } from "./shell/Shell";

const text = (value: unknown): string | undefined =>
  value === undefined || value === null || value === "" ? undefined : String(value);

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (search: Record<string, unknown>): { next?: string } => ({ next: text(search.next) }),
  component: lazyRouteComponent(() => import("./screens/sign-in/SignIn"), "SignIn"),
});

const inside = createRoute({
  getParentRoute: () => root,
  id: "inside",
  component: Shell,
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(workspaceQuery);
    } catch (error) {
      if (isSignedOut(error)) throw redirect({ to: "/sign-in", search: { next: location.href } });
      if (workspacePicked() && error instanceof ApiError && (error.status === 404 || error.status === 403)) {
        // The workspace that this tab showed is gone, or is not for whoever has signed in now.
        forgetWorkspace();
        throw redirect({ to: "/sources" });
      }
      // Anything else the screens say themselves, with a way to try again.
    }
  },
});

const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/sources", replace: true });
  },
});

const sources = createRoute({
  getParentRoute: () => inside,
  path: "/sources",
  component: lazyRouteComponent(() => import("./screens/sources/Sources"), "Sources"),
});

const source = createRoute({
  getParentRoute: () => inside,
  path: "/sources/$id",
  validateSearch: (search: Record<string, unknown>): { added?: boolean } => ({
    added: search.added ? true : undefined,
  }),
  component: lazyRouteComponent(() => import("./screens/sources/Source"), "Source"),
});

const catalog = createRoute({
  getParentRoute: () => inside,
  path: "/catalog",
  validateSearch: (search: Record<string, unknown>): { q?: string } => ({ q: text(search.q) }),
  component: lazyRouteComponent(() => import("./screens/catalog/Catalog"), "Catalog"),
});

const entry = createRoute({
  getParentRoute: () => inside,
  path: "/catalog/sources/$slug",
  component: lazyRouteComponent(() => import("./screens/catalog/Entry"), "SourceEntry"),
});

const add = createRoute({
  getParentRoute: () => inside,
  path: "/catalog/sources/$slug/add",
  component: lazyRouteComponent(() => import("./screens/catalog/AddSource"), "AddSource"),
});

const sql = createRoute({
  getParentRoute: () => inside,
  path: "/sql",
  validateSearch: (search: Record<string, unknown>): { q?: string } => ({ q: text(search.q) }),
  component: lazyRouteComponent(() => import("./screens/sql/Sql"), "Sql"),
});

const flow = createRoute({
  getParentRoute: () => inside,
  path: "/flow",
  validateSearch: (search: Record<string, unknown>): { event?: string; source?: string } => ({
    event: text(search.event),
    source: text(search.source),
  }),
  component: lazyRouteComponent(() => import("./screens/flow/Flow"), "Flow"),
});

const destinations = createRoute({
  getParentRoute: () => inside,
  path: "/destinations",
  component: lazyRouteComponent(() => import("./screens/destinations/Destinations"), "Destinations"),
});

const destination = createRoute({
  getParentRoute: () => inside,
  path: "/destinations/$id",
  component: lazyRouteComponent(() => import("./screens/destinations/Destination"), "Destination"),
});

const destinationCatalog = createRoute({
  getParentRoute: () => inside,
  path: "/catalog/destinations",
  component: lazyRouteComponent(() => import("./screens/destinations/DestinationCatalog"), "DestinationCatalog"),
});

const destinationEntry = createRoute({
  getParentRoute: () => inside,
  path: "/catalog/destinations/$slug",
  component: lazyRouteComponent(() => import("./screens/destinations/Entry"), "DestinationEntry"),
});

const addDestination = createRoute({
  getParentRoute: () => inside,
  path: "/catalog/destinations/$slug/add",
  component: lazyRouteComponent(() => import("./screens/destinations/AddDestination"), "AddDestination"),
});

const contents = createRoute({
  getParentRoute: () => inside,
  path: "/content",
  validateSearch: (search: Record<string, unknown>): ContentsSearch => ({
    q: text(search.q),
    status: contentStatus(search.status),
    folder: text(search.folder),
  }),
  component: lazyRouteComponent(() => import("./screens/content/Contents"), "Contents"),
});

const content = createRoute({
  getParentRoute: () => inside,
  path: "/content/$id",
  validateSearch: (search: Record<string, unknown>): ContentPlace => contentPlace(search),
  component: lazyRouteComponent(() => import("./screens/content/Content"), "Content"),
});

const people = createRoute({
  getParentRoute: () => inside,
  path: "/people",
  validateSearch: (search: Record<string, unknown>): PeopleSearch => {
    const page = Number(search.page);
    return {
      q: text(search.q),
      trait: text(search.trait),
      value: text(search.value),
      segment: text(search.segment),
      page: Number.isInteger(page) && page > 1 ? page : undefined,
    };
  },
  component: lazyRouteComponent(() => import("./screens/people/People"), "People"),
});

const missingTraits = createRoute({
  getParentRoute: () => inside,
  path: "/people/troubleshooting",
  component: lazyRouteComponent(() => import("./screens/people/MissingTraits"), "MissingTraits"),
});

const person = createRoute({
  getParentRoute: () => inside,
  path: "/people/$id",
  component: lazyRouteComponent(() => import("./screens/people/Person"), "Person"),
});

const segments = createRoute({
  getParentRoute: () => inside,
  path: "/segments",
  component: lazyRouteComponent(() => import("./screens/segments/Segments"), "Segments"),
});

const newSegment = createRoute({
  getParentRoute: () => inside,
  path: "/segments/new",
  component: lazyRouteComponent(() => import("./screens/segments/NewSegment"), "NewSegment"),
});

const segment = createRoute({
  getParentRoute: () => inside,
  path: "/segments/$id",
  component: lazyRouteComponent(() => import("./screens/segments/Segment"), "Segment"),
});

const identities = createRoute({
  getParentRoute: () => inside,
  path: "/settings/identities",
  component: lazyRouteComponent(() => import("./screens/settings/Identities"), "Identities"),
});

const integrations = createRoute({
  getParentRoute: () => inside,
  path: "/settings/integrations",
  component: lazyRouteComponent(() => import("./screens/settings/Integrations"), "Integrations"),
});

const workspaces = createRoute({
  getParentRoute: () => inside,
  path: "/settings/workspaces",
  component: lazyRouteComponent(() => import("./screens/settings/Workspace"), "Workspace"),
});

const newWebhook = createRoute({
  getParentRoute: () => inside,
  path: "/settings/integrations/webhooks/new",
  component: lazyRouteComponent(() => import("./screens/settings/NewWebhook"), "NewWebhook"),
});

const webhook = createRoute({
  getParentRoute: () => inside,
  path: "/settings/integrations/webhooks/$id",
  component: lazyRouteComponent(() => import("./screens/settings/Webhook"), "Webhook"),
});

const integration = createRoute({
  getParentRoute: () => inside,
  path: "/settings/integrations/$slug",
  component: lazyRouteComponent(() => import("./screens/settings/Integration"), "Integration"),
});

const styleGuide = createRoute({
  getParentRoute: () => inside,
  path: "/settings/styleguide",
  component: lazyRouteComponent(() => import("./screens/settings/StyleGuide"), "StyleGuide"),
});

const components = createRoute({
  getParentRoute: () => inside,
  path: "/settings/components",
  component: lazyRouteComponent(() => import("./screens/settings/Components"), "Components"),
});

const inbox = createRoute({
  getParentRoute: () => inside,
  path: "/inbox",
  component: lazyRouteComponent(() => import("./screens/inbox/Inbox"), "Inbox"),
});

const settings = createRoute({
  getParentRoute: () => inside,
  path: "/settings",
  beforeLoad: () => {
    throw redirect({ to: "/settings/integrations", replace: true });
  },
});

export const router = createRouter({
  routeTree: root.addChildren([signIn, inside.addChildren([
      home,
      sources,
      source,
      catalog,
      entry,
      add,
      flow,
      sql,
      settings,
      destinations,
      destination,
      destinationCatalog,
      destinationEntry,
      addDestination,
      contents,
      content,
      people,
      missingTraits,
      person,
      segments,
      newSegment,
      segment,
      identities,
      styleGuide,
      components,
      integrations,
      workspaces,
      newWebhook,
      webhook,
      integration,
      inbox,
    ])]),
  defaultPreload: "intent",
  defaultErrorComponent: Crashed,
  scrollRestoration: true,
});

onSignedOut(() => {
  const { pathname, href } = router.state.location;
  if (pathname === "/sign-in") return;
  queryClient.clear();
  void router.navigate({ to: "/sign-in", search: { next: href } });
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
