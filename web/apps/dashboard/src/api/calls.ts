/** Every call the dashboard makes, one function each. */

import { take } from "./client";
import type { CatalogEntry, DebugEvent, Page, SettingValue, Source, SqlAnswer, Workspace } from "./types";

async function raw(method: string, path: string, body?: unknown) {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: body === undefined ? {} : { "Content-Type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  let parsed: unknown = undefined;
  try {
    parsed = text ? JSON.parse(text) : undefined;
  } catch {
    parsed = undefined;
  }
  return response.ok ? { data: parsed, response } : { error: parsed ?? {}, response };
}

const call = <T>(method: string, path: string, body?: unknown) => take<T>(raw(method, path, body) as never);

export const signIn = (token: string) => call<unknown>("POST", "/sign-in", { token });
export const signOut = () => call<unknown>("POST", "/sign-out");
export const workspace = () => call<Workspace>("GET", "/workspace");

export const catalogSources = (q: string) => call<Page<CatalogEntry>>("GET", `/catalog/sources?q=${encodeURIComponent(q)}`);
export const catalogSource = (slug: string) => call<CatalogEntry>("GET", `/catalog/sources/${encodeURIComponent(slug)}`);
export const catalogDestinations = (q: string) =>
  call<Page<CatalogEntry>>("GET", `/catalog/destinations?q=${encodeURIComponent(q)}`);
export const catalogDestination = (slug: string) =>
  call<CatalogEntry>("GET", `/catalog/destinations/${encodeURIComponent(slug)}`);

export const sources = () => call<Page<Source>>("GET", "/sources?limit=1000");
export const source = (id: string) => call<Source>("GET", `/sources/${id}`);
export type NewSource = { catalog: string; name: string; settings?: Record<string, SettingValue> };
export const createSource = (body: NewSource) => call<Source>("POST", "/sources", body);
export const changeSource = (id: string, body: { name?: string; enabled?: boolean }) =>
  call<Source>("PATCH", `/sources/${id}`, body);
export const deleteSource = (id: string, dropSchema: boolean) =>
  call<unknown>("DELETE", `/sources/${id}?dropSchema=${dropSchema}`);
export const addWriteKey = (id: string) => call<unknown>("POST", `/sources/${id}/write-keys`);
export const removeWriteKey = (id: string, key: string) => call<unknown>("DELETE", `/sources/${id}/write-keys/${key}`);

export const recentEvents = (id: string, limit: number) =>
  call<Page<DebugEvent>>("GET", `/sources/${id}/events?limit=${limit}`);
export const eventStreamAddress = (id: string) => `/api/v1/sources/${encodeURIComponent(id)}/events/stream`;

export const runSql = (query: string, limit?: number) => call<SqlAnswer>("POST", "/sql", { query, limit });
