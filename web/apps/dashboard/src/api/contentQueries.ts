/** What the studio's screens read, as query options. What somebody else may change meanwhile is asked for again. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import * as calls from "./content";

/** How soon an author sees that somebody else has changed what is open. */
const WATCHED_MS = 3_000;
const STEADY_MS = 10_000;
const AWAITED_MS = 1_000;

export const contentsQuery = (search: calls.ContentSearch) =>
  queryOptions({
    queryKey: ["contents", search],
    queryFn: () => calls.contents(search),
    refetchInterval: STEADY_MS,
    placeholderData: keepPreviousData,
  });

export const contentQuery = (id: string) =>
  queryOptions({ queryKey: ["content", id], queryFn: () => calls.content(id), refetchInterval: WATCHED_MS });

/** What the check finds of what is saved. `turn` is another for each time that it is to be asked anew. */
export const checkQuery = (id: number, turn: number | string) =>
  queryOptions({
    queryKey: ["content-check", id, turn],
    queryFn: () => calls.checkContent(id),
    staleTime: 0,
    gcTime: 0,
    placeholderData: keepPreviousData,
  });

export const versionsQuery = (id: number) =>
  queryOptions({ queryKey: ["content-versions", id], queryFn: () => calls.versions(id), refetchInterval: STEADY_MS });

/** Of a draft the revision says which; it is compared anew when that is another. */
export const diffQuery = (id: number, documentId: number, from: string, to: string, revision: number) =>
  queryOptions({
    queryKey: ["content-diff", id, documentId, from, to, revision],
    queryFn: () => calls.diff(id, documentId, from, to),
    staleTime: 0,
  });

/** Asked again until an element was picked. */
export const authorSessionQuery = (id: number, code: string) =>
  queryOptions({
    queryKey: ["author-session", id, code],
    queryFn: () => calls.authorSession(id, code),
    staleTime: 0,
    // Also once something is chosen: another choice goes before it, until the session ends.
    refetchInterval: ({ state }) => (state.error ? false : AWAITED_MS),
    // The picker works in another tab, so this one is in the background just then.
    refetchIntervalInBackground: true,
  });

export const styleGuideQuery = queryOptions({ queryKey: ["styleguide"], queryFn: calls.styleGuide });
export const componentsQuery = queryOptions({ queryKey: ["components"], queryFn: calls.components });

/** Counted from the warehouse's rows when it is asked for; new ones are there within seconds. */
export const numbersQuery = (id: number, search: calls.NumbersSearch) =>
  queryOptions({
    queryKey: ["content-numbers", id, search],
    queryFn: () => calls.numbers(id, search),
    refetchInterval: STEADY_MS,
    placeholderData: keepPreviousData,
  });
export const viewersQuery = (id: number, search: calls.ViewersSearch) =>
  queryOptions({
    queryKey: ["content-viewers", id, search],
    queryFn: () => calls.viewers(id, search),
    refetchInterval: STEADY_MS,
    placeholderData: keepPreviousData,
  });

/** Whether content with these page rules shows at the address; both as the JSON that is asked. */
export const pagesTestQuery = (asked: string) =>
  queryOptions({
    queryKey: ["pages-test", asked],
    queryFn: () => calls.testPages(JSON.parse(asked) as Parameters<typeof calls.testPages>[0]),
    staleTime: 60_000,
  });

export const whyQuery = (id: number, search: calls.WhySearch) =>
  queryOptions({
    queryKey: ["content-why", id, search],
    queryFn: () => calls.why(id, search),
    refetchInterval: WATCHED_MS,
  });
