/** The calls about content: what it is, how it is published, what was published before, and how it is tried out. */

import { api } from "./calls";
import { take } from "./client";
import type {
  AuthorMode,
  AuthorSession,
  AuthorState,
  Change,
  Components,
  Content,
  ContentNumbers,
  ContentChange,
  ContentStatus,
  ContentSummary,
  Device,
  Kind,
  Pages,
  PagesTest,
  Problem,
  StyleGuide,
  Tree,
  Version,
  Viewer,
  WhyAnswer,
} from "./contentTypes";
import { workspacePicked } from "./place";

const ALL = 1000;

/** The answer as the studio names it: the API's description knows only objects where authors write trees. */
const takeAs = async <T>(answer: Parameters<typeof take<unknown>>[0]): Promise<T> => (await take(answer)) as T;

/** The part of a path that names a content. */
const of = (contentId: number) => ({ contentId: String(contentId) });

type Page<T> = { data: T[]; pagination: { total: number; limit: number; offset: number } };

export type ContentSearch = { q: string; status: ContentStatus | null; folder: string; archived: boolean };

export const contents = ({ q, status, folder, archived }: ContentSearch) =>
  takeAs<Page<ContentSummary>>(
    api.GET("/api/v1/content", {
      params: { query: { q, status: status ?? undefined, folder: folder || undefined, archived, limit: ALL } },
    }),
  );
/** By its integer, its contentId or its slug. */
export const content = (contentId: string) =>
  takeAs<Content>(api.GET("/api/v1/content/{contentId}", { params: { path: { contentId } } }));

export type ContentGiven = { name: string; kind: Kind; folder?: string };
export const createContent = (body: ContentGiven) =>
  takeAs<Content>(api.POST("/api/v1/content", { body }));
export const changeContent = (contentId: number, body: ContentChange & { revision: number }) =>
  takeAs<Content>(api.PATCH("/api/v1/content/{contentId}", { params: { path: of(contentId) }, body }));
export const deleteContent = (contentId: number) =>
  take(api.DELETE("/api/v1/content/{contentId}", { params: { path: of(contentId) } }));

export const addDocument = (contentId: number, body: { segmentId: string; copyOf?: number }) =>
  takeAs<Content>(api.POST("/api/v1/content/{contentId}/documents", { params: { path: of(contentId) }, body }));
export type DocumentChange = { revision: number; tree?: Tree; segmentId?: string };
export const changeDocument = (contentId: number, documentId: number, body: DocumentChange) =>
  takeAs<Content>(
    api.PATCH("/api/v1/content/{contentId}/documents/{documentId}", {
      params: { path: { ...of(contentId), documentId } },
      body,
    }),
  );
export const removeDocument = (contentId: number, documentId: number) =>
  takeAs<Content>(
    api.DELETE("/api/v1/content/{contentId}/documents/{documentId}", { params: { path: { ...of(contentId), documentId } } }),
  );

export const checkContent = (contentId: number) =>
  take(api.POST("/api/v1/content/{contentId}/check", { params: { path: of(contentId) } })) as Promise<{
    problems: Problem[];
  }>;
export const publishContent = (contentId: number, body: { documentIds?: number[]; note?: string }) =>
  takeAs<Content>(api.POST("/api/v1/content/{contentId}/publish", { params: { path: of(contentId) }, body }));
/** All of it, or some of its documents. */
export const unpublishContent = (contentId: number, documentIds?: number[]) =>
  takeAs<Content>(
    api.POST("/api/v1/content/{contentId}/unpublish", {
      params: { path: of(contentId) },
      body: documentIds ? { documentIds } : null,
    }),
  );
export const archiveContent = (contentId: number) =>
  takeAs<Content>(api.POST("/api/v1/content/{contentId}/archive", { params: { path: of(contentId) } }));
export const restoreContent = (contentId: number) =>
  takeAs<Content>(api.POST("/api/v1/content/{contentId}/restore", { params: { path: of(contentId) } }));
export const duplicateContent = (contentId: number, name: string) =>
  takeAs<Content>(
    api.POST("/api/v1/content/{contentId}/duplicate", { params: { path: of(contentId) }, body: { name } }),
  );

export const versions = (contentId: number) =>
  takeAs<Page<Version>>(
    api.GET("/api/v1/content/{contentId}/versions", { params: { path: of(contentId), query: { limit: ALL } } }),
  );
export const rollback = (contentId: number, body: { documentId: number; versionId: string }) =>
  takeAs<Content>(api.POST("/api/v1/content/{contentId}/rollback", { params: { path: of(contentId) }, body }));
/** Between two versions of a document; either may be `draft`. */
export const diff = (contentId: number, documentId: number, from: string, to: string) =>
  takeAs<{ changes: Change[] }>(
    api.GET("/api/v1/content/{contentId}/diff", { params: { path: of(contentId), query: { documentId, from, to } } }),
  );

/** A file to download; a link can ask for it, no typed client needs to. */
export function contentFileAddress(contentId: number): string {
  return downloadAddress(`/api/v1/content/${contentId}/export`);
}
export function downloadAddress(path: string, query: Record<string, string> = {}): string {
  const picked = workspacePicked();
  const words = new URLSearchParams(picked ? { ...query, workspace: picked } : query).toString();
  return words ? `${path}?${words}` : path;
}
/** What such a file says, as it is. */
export const importContent = (file: Record<string, unknown>, as: "new" | "replace") =>
  takeAs<Content>(api.POST("/api/v1/content/import", { body: { ...file, as } as never }));

export const openAuthorSession = (contentId: number, body: { mode: AuthorMode; url: string; documentId?: number }) =>
  takeAs<AuthorSession>(
    api.POST("/api/v1/content/{contentId}/author-sessions", { params: { path: of(contentId) }, body }),
  );
export const authorSession = (contentId: number, code: string) =>
  takeAs<AuthorState>(
    api.GET("/api/v1/content/{contentId}/author-sessions/{code}", { params: { path: { ...of(contentId), code } } }),
  );

export const styleGuide = () => takeAs<StyleGuide>(api.GET("/api/v1/workspace/styleguide"));
export const putStyleGuide = (body: StyleGuide) =>
  takeAs<StyleGuide>(api.PUT("/api/v1/workspace/styleguide", { body }));
export const components = () => takeAs<Components>(api.GET("/api/v1/workspace/components"));
export const putComponents = (body: Components) =>
  takeAs<Components>(api.PUT("/api/v1/workspace/components", { body }));

/** Which part of a content's rows is counted; what is left out does not restrict. */
export type NumbersSearch = { from?: string; to?: string; segmentId?: string; versionId?: string; path?: string };

export const numbers = (contentId: number, query: NumbersSearch) =>
  takeAs<ContentNumbers>(api.GET("/api/v1/content/{contentId}/numbers", { params: { path: of(contentId), query } }));
export const numbersFileAddress = (contentId: number, query: NumbersSearch) =>
  downloadAddress(`/api/v1/content/${contentId}/numbers.csv`, query);

export type ViewersSearch = NumbersSearch & { q?: string; limit: number; offset: number };
export const viewers = (contentId: number, query: ViewersSearch) =>
  takeAs<Page<Viewer>>(api.GET("/api/v1/content/{contentId}/viewers", { params: { path: of(contentId), query } }));
export const viewersFileAddress = (contentId: number, query: NumbersSearch & { q?: string }) =>
  downloadAddress(`/api/v1/content/${contentId}/viewers.csv`, query);

export const testPages = (body: { pages: Pages; url: string }) =>
  takeAs<PagesTest>(api.POST("/api/v1/content/test-pages", { body }));

/** Nobody named: somebody whom nobody knows. */
export type WhySearch = { personId: string | null; url: string; device: Device | ""; language: string };
export const why = (contentId: number, { personId, url, device, language }: WhySearch) =>
  takeAs<WhyAnswer>(
    api.GET("/api/v1/content/{contentId}/explain", {
      params: {
        path: of(contentId),
        query: { personId: personId ?? undefined, url: url || undefined, device: device || undefined, language: language || undefined },
      },
    }),
  );
