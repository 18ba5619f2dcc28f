/** The calls about people, segments and who may name a user id. What people wrote keeps every digit. */

import { api } from "./calls";
import { take, takeExact } from "./client";
import { workspacePicked } from "./place";
import type { Explanation, Person, PersonPage, Segment, SegmentPage, SegmentPreview, Verification } from "./types";

const ALL = 1000;
const OWN = ["traits", "rule", "value"];

export type PeopleSearch = {
  q: string;
  traits: Record<string, string>;
  segmentId: string | null;
  limit: number;
  offset: number;
};

export function people({ q, traits, segmentId, limit, offset }: PeopleSearch): Promise<PersonPage> {
  const named = Object.fromEntries(Object.entries(traits).map(([name, value]) => [`trait.${name}`, value]));
  const query = { q: q || undefined, segmentId: segmentId ?? undefined, limit, offset, ...named };
  return takeExact(api.GET("/api/v1/people", { params: { query }, parseAs: "text" }), OWN);
}
export const person = (personId: string) =>
  takeExact<Person>(api.GET("/api/v1/people/{personId}", { params: { path: { personId } }, parseAs: "text" }), OWN);
export const personSegments = (personId: string) =>
  take(api.GET("/api/v1/people/{personId}/segments", { params: { path: { personId }, query: { limit: ALL } } }));
export const personEvents = (personId: string, limit: number) =>
  take(api.GET("/api/v1/people/{personId}/events", { params: { path: { personId }, query: { limit } } }));
export const explanation = (personId: string, segmentId: string) =>
  takeExact<Explanation>(
    api.GET("/api/v1/people/{personId}/explain", {
      params: { path: { personId }, query: { segmentId } },
      parseAs: "text",
    }),
    OWN,
  );

export const traitTroubles = () => take(api.GET("/api/v1/people/troubleshooting"));

export type Rule = Record<string, unknown>;
export type SegmentGiven = { name: string; rule: Rule; announceMembers: boolean };
export const segments = () =>
  takeExact<SegmentPage>(api.GET("/api/v1/segments", { params: { query: { limit: ALL } }, parseAs: "text" }), OWN);
export const segment = (segmentId: string) =>
  takeExact<Segment>(api.GET("/api/v1/segments/{segmentId}", { params: { path: { segmentId } }, parseAs: "text" }), OWN);
export const createSegment = (body: SegmentGiven) =>
  takeExact<Segment>(api.POST("/api/v1/segments", { body, parseAs: "text" }), OWN);
export const changeSegment = (segmentId: string, body: Partial<SegmentGiven>) =>
  takeExact<Segment>(
    api.PATCH("/api/v1/segments/{segmentId}", { params: { path: { segmentId } }, body, parseAs: "text" }),
    OWN,
  );
export const deleteSegment = (segmentId: string) =>
  take(api.DELETE("/api/v1/segments/{segmentId}", { params: { path: { segmentId } } }));
export const previewSegment = (rule: Rule, signal?: AbortSignal) =>
  takeExact<SegmentPreview>(api.POST("/api/v1/segments/preview", { body: { rule }, parseAs: "text", signal }), OWN);

export type WorkspaceGiven = { identityVerification?: Verification; segmentAnonymous?: boolean };
export const changeWorkspace = (body: WorkspaceGiven) => take(api.PATCH("/api/v1/workspace", { body }));
export const identitySecrets = () =>
  take(api.GET("/api/v1/workspace/identity-secrets", { params: { query: { limit: ALL } } }));
export const createIdentitySecret = (name: string) =>
  take(api.POST("/api/v1/workspace/identity-secrets", { body: { name } }));
export const removeIdentitySecret = (secretId: string) =>
  take(api.DELETE("/api/v1/workspace/identity-secrets/{secretId}", { params: { path: { secretId } } }));
export const identityReport = () => take(api.GET("/api/v1/workspace/identity-report"));
export const resetIdentityReport = () => take(api.DELETE("/api/v1/workspace/identity-report"));

/** A file to download; a link can ask for it, no typed client needs to. */
export function exportAddress(personId: string): string {
  const picked = workspacePicked();
  const query = picked ? `?workspace=${encodeURIComponent(picked)}` : "";
  return `/api/v1/people/${encodeURIComponent(personId)}/export${query}`;
}
/** All that is held of a person, who is named by any of the ids. */
export function erase({ userIds, anonymousIds }: Pick<Person, "userIds" | "anonymousIds">, suppress: boolean) {
  const isKnown = userIds.length > 0;
  return take(
    api.POST("/api/v1/regulations", {
      body: {
        regulationType: suppress ? "SUPPRESS_WITH_DELETE" : "DELETE_ONLY",
        subjectType: isKnown ? "USER_ID" : "ANONYMOUS_ID",
        subjectIds: isKnown ? userIds : anonymousIds,
      },
    }),
  );
}
export const regulation = (regulationId: string) =>
  take(api.GET("/api/v1/regulations/{regulationId}", { params: { path: { regulationId } } }));
