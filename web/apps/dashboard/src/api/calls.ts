/** Every call the dashboard makes, one function each, typed by the API's own description. */

import createClient from "openapi-fetch";
import { readFree, written } from "../words/exact";
import { take, takeExact } from "./client";
import { workspacePicked } from "./place";
import type { paths } from "./schema";
import type { DebugEvent, DebugEvents, EventTrail, ParkedEvents, ReplayReader, SettingValue, SqlAnswer } from "./types";

export const api = createClient<paths>({ bodySerializer: (body) => written(body) });

api.use({
  onRequest({ request }) {
    const picked = workspacePicked();
    if (picked) request.headers.set("X-Workspace", picked);
    return request;
  },
});

/** The most the API gives in one list. */
const ALL = 1000;

export const signIn = (token: string) => take(api.POST("/api/v1/sign-in", { body: { token } }));
export const signOut = () => take(api.DELETE("/api/v1/sign-in"));
export const renameMe = (name: string) => take(api.PATCH("/api/v1/me", { body: { name } }));
export const me = () => take(api.GET("/api/v1/me"));
export const workspace = () => take(api.GET("/api/v1/workspace"));

export type Scope = "admin" | "data" | "read";
export const addClientToken = () => take(api.POST("/api/v1/workspace/client-tokens"));
export const removeClientToken = (token: string) =>
  take(api.DELETE("/api/v1/workspace/client-tokens/{token}", { params: { path: { token } } }));
export const apiKeys = () => take(api.GET("/api/v1/workspace/api-keys", { params: { query: { limit: ALL } } }));
export const createApiKey = (name: string, scope: Scope) =>
  take(api.POST("/api/v1/workspace/api-keys", { body: { name, scopes: [scope] } }));
export const removeApiKey = (keyId: string) =>
  take(api.DELETE("/api/v1/workspace/api-keys/{keyId}", { params: { path: { keyId } } }));

export const catalogSources = (q: string) =>
  take(api.GET("/api/v1/catalog/sources", { params: { query: { q, limit: ALL } } }));
export const catalogSource = (slug: string) =>
  take(api.GET("/api/v1/catalog/sources/{slug}", { params: { path: { slug } } }));

export const sources = () => take(api.GET("/api/v1/sources", { params: { query: { limit: ALL } } }));
export const source = (sourceId: string) =>
  take(api.GET("/api/v1/sources/{sourceId}", { params: { path: { sourceId } } }));

export type NewSource = { catalog: string; name: string; settings?: Record<string, SettingValue> };
export const createSource = (body: NewSource) => take(api.POST("/api/v1/sources", { body }));

export type SourceChange = { name?: string; enabled?: boolean; settings?: Record<string, SettingValue> };
export const changeSource = (sourceId: string, body: SourceChange) =>
  take(api.PATCH("/api/v1/sources/{sourceId}", { params: { path: { sourceId } }, body }));
export const deleteSource = (sourceId: string, dropSchema: boolean) =>
  take(api.DELETE("/api/v1/sources/{sourceId}", { params: { path: { sourceId }, query: { dropSchema } } }));

export const addWriteKey = (sourceId: string) =>
  take(api.POST("/api/v1/sources/{sourceId}/write-keys", { params: { path: { sourceId } } }));
export const removeWriteKey = (sourceId: string, key: string) =>
  take(api.DELETE("/api/v1/sources/{sourceId}/write-keys/{key}", { params: { path: { sourceId, key } } }));

export const recentEvents = (sourceId: string, limit: number) =>
  takeExact<DebugEvents>(
    api.GET("/api/v1/sources/{sourceId}/events", { params: { path: { sourceId }, query: { limit } }, parseAs: "text" }),
    ["payload"],
  );
/** One event as the stream writes it. */
export const streamedEvent = (text: string) => readFree(text, ["payload"]) as DebugEvent;
/** Server-sent events; a browser can listen to them, no typed client can. */
export function eventStreamAddress(sourceId: string): string {
  const picked = workspacePicked();
  const query = picked ? `?workspace=${encodeURIComponent(picked)}` : "";
  return `/api/v1/sources/${encodeURIComponent(sourceId)}/events/stream${query}`;
}

export const accounting = () => take(api.GET("/api/v1/accounting"));
export const event = (messageId: string) =>
  takeExact<EventTrail>(
    api.GET("/api/v1/events/{messageId}", { params: { path: { messageId } }, parseAs: "text" }),
    ["payload"],
  );
export const parked = (limit: number) =>
  takeExact<ParkedEvents>(api.GET("/api/v1/parked", { params: { query: { limit } }, parseAs: "text" }), ["payload"]);
/** Null: all that are parked. */
export const releaseParked = (ids: string[] | null) => take(api.POST("/api/v1/parked/release", { body: { ids } }));

export type NewReplay = { reader: ReplayReader; from: string | null; to: string | null; connectionId: string | null };
export const startReplay = (body: NewReplay) => take(api.POST("/api/v1/replay", { body }));
export const replays = () => take(api.GET("/api/v1/replay", { params: { query: { limit: 20 } } }));
export const replay = (replayId: string) =>
  take(api.GET("/api/v1/replay/{replayId}", { params: { path: { replayId } } }));

export const runSql = (query: string) =>
  takeExact<SqlAnswer>(api.POST("/api/v1/sql", { body: { query }, parseAs: "text" }), ["rows"]);
