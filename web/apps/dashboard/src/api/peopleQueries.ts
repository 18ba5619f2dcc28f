/** What the screens of people, segments and signed identities read, as query options. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import * as calls from "./people";

const LIVE_MS = 2_000;
const STEADY_MS = 10_000;
const RUNNING_MS = 500;

export const peopleQuery = (search: calls.PeopleSearch) =>
  queryOptions({
    queryKey: ["people", search],
    queryFn: () => calls.people(search),
    refetchInterval: LIVE_MS * 2,
    placeholderData: keepPreviousData,
  });
export const personQuery = (id: string) =>
  queryOptions({ queryKey: ["person", id], queryFn: () => calls.person(id), refetchInterval: LIVE_MS });
export const personSegmentsQuery = (id: string) =>
  queryOptions({ queryKey: ["person", id, "segments"], queryFn: () => calls.personSegments(id), refetchInterval: LIVE_MS });
export const personEventsQuery = (id: string, limit: number) =>
  queryOptions({
    queryKey: ["person", id, "events", limit],
    queryFn: () => calls.personEvents(id, limit),
    refetchInterval: LIVE_MS,
    placeholderData: keepPreviousData,
  });
export const explanationQuery = (id: string, segmentId: string) =>
  queryOptions({
    queryKey: ["person", id, "explain", segmentId],
    queryFn: () => calls.explanation(id, segmentId),
    refetchInterval: LIVE_MS,
  });

export const traitTroublesQuery = queryOptions({ queryKey: ["trait-troubles"], queryFn: calls.traitTroubles, staleTime: 0 });
/** The names of traits that people have, the most common first, to choose from. */
export const traitNamesQuery = queryOptions({
  queryKey: ["trait-names"],
  queryFn: async () => (await calls.traitTroubles()).traits.map(({ name }) => name),
  staleTime: 60_000,
});

/** Asked again soon while one of them is still being counted. */
export const segmentsQuery = queryOptions({
  queryKey: ["segments"],
  queryFn: calls.segments,
  refetchInterval: ({ state }) =>
    state.data?.data.some((each) => each.state?.status === "RUNNING") ? RUNNING_MS : STEADY_MS,
});
export const segmentQuery = (id: string) =>
  queryOptions({
    queryKey: ["segment", id],
    queryFn: () => calls.segment(id),
    refetchInterval: ({ state }) => (state.data?.state?.status === "RUNNING" ? RUNNING_MS : LIVE_MS),
  });
export const previewQuery = (rule: calls.Rule) =>
  queryOptions({
    queryKey: ["segments", "preview", JSON.stringify(rule)],
    queryFn: ({ signal }) => calls.previewSegment(rule, signal),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });

export const identitySecretsQuery = queryOptions({ queryKey: ["identity-secrets"], queryFn: calls.identitySecrets });
export const identityReportQuery = queryOptions({
  queryKey: ["identity-report"],
  queryFn: calls.identityReport,
  refetchInterval: LIVE_MS,
});

/** How far an erasure is; asked again until it is over. */
export const regulationQuery = (id: string) =>
  queryOptions({
    queryKey: ["regulation", id],
    queryFn: () => calls.regulation(id),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.status === "FINISHED" ? false : RUNNING_MS * 2),
  });
