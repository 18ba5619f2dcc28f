/**
 * The names by which the studio speaks of content. What an author draws up is described to any depth, so the API's own
 * description says only "object" of it; the shapes stand in the renderer's package and here.
 */

import type {
  Block,
  ComponentEntry,
  ComponentProp,
  Frequency,
  Kind,
  Place,
  Tree,
  Trigger,
} from "../../../../packages/surfaces/src/model";
import type { Explained } from "./types";

export type { Block, ComponentEntry, ComponentProp, Frequency, Kind, Place, Tree, Trigger };

export type ContentStatus = "draft" | "published" | "changed" | "archived";
export type DocumentStatus = Exclude<ContentStatus, "archived">;

export type PageRule = { kind: "exact" | "path" | "subdomain" | "query"; value: string };
export type Pages = { match: "any" | "all"; show: PageRule[]; hide: PageRule[] };
export type Device = "desktop" | "tablet" | "mobile";

/** As an author writes it; the server makes of `pages` the one pattern that browsers are told. */
export type Placement = {
  id: string;
  name?: string;
  selectors: string[];
  text?: string;
  place: Place;
  pages: Pages;
  trigger: Trigger;
  delayS: number;
  frequency: Frequency;
  devices: Device[];
  languages: string[];
};

export type Goal = { id: string; name: string; event: string; segmentId?: string };

export type ContentSummary = {
  id: number;
  contentId: string;
  slug: string;
  name: string;
  folder: string;
  status: ContentStatus;
  kind: Kind;
  segments: string[];
  updatedAt: string;
  updatedBy: string;
  publishedAt: string | null;
};

export type Document = {
  id: number;
  segmentId: string;
  segmentName: string;
  revision: number;
  status: DocumentStatus;
  /** The live one; null while nothing of it is live. */
  versionId: string | null;
  draftVersionId: string;
  /** The draft. */
  tree: Tree;
  publishedAt: string | null;
  publishedBy: string | null;
  updatedAt: string;
  updatedBy: string;
};

export type Content = {
  id: number;
  contentId: string;
  slug: string;
  name: string;
  folder: string;
  status: ContentStatus;
  revision: number;
  documents: Document[];
  placements: Placement[];
  livePlacements: Placement[] | null;
  goals: Goal[];
  createdAt: string;
  updatedAt: string;
  updatedBy: string;
  publishedAt: string | null;
};

export type ContentChange = {
  name?: string;
  slug?: string;
  folder?: string;
  placements?: Placement[];
  goals?: Goal[];
  documentOrder?: number[];
};

export type Problem = {
  severity: "error" | "warning";
  code: string;
  message: string;
  documentId?: number | null;
  nodeId?: string | null;
  field?: string | null;
};

export type Version = {
  versionId: string;
  documentId: number;
  segmentId: string;
  number: number;
  note: string;
  publishedAt: string;
  publishedBy: string;
  live: boolean;
};

/** One difference between two trees. */
export type Change = {
  kind: "added" | "removed" | "moved" | "changed";
  nodeId: string;
  type: string;
  text: string;
  before: unknown;
  after: unknown;
};

export type AuthorMode = "pick" | "preview";
export type AuthorSession = { code: string; url: string; expiresAt: string };
export type Picked = { selectors: string[]; text: string; url: string };
export type AuthorState = { status: "waiting" | "opened" | "picked"; target: Picked | null };

export type StyleColors = Record<string, string>;
export type StyleGuide = {
  revision: number;
  colors: StyleColors;
  dark: StyleColors | null;
  font: { family: string; sizePx: number };
  radiusPx: number;
};

export type WhyDocument = {
  documentId: number;
  segmentId: string;
  segmentName: string;
  versionId: string | null;
  member: boolean;
  tree: Explained;
  note: string | null;
};
type WhyChoice = { allowed: string[]; given: string | null; result: boolean | null };
/** A result is null while what it depends on was not said. */
export type WhyPlacement = {
  placementId: string;
  name: string | null;
  selectors: string[];
  result: boolean | null;
  pages: {
    result: boolean | null;
    match: "any" | "all";
    rules: { list: "show" | "hide"; kind: PageRule["kind"]; value: string; result: boolean | null; fault: string | null }[];
  } | null;
  trigger: Trigger;
  delayS: number;
  frequency: Frequency;
  devices: WhyChoice | null;
  languages: WhyChoice | null;
};
export type WhyAnswer = {
  /** The document that the person gets. */
  shown: number | null;
  live: boolean;
  documents: WhyDocument[];
  placements: WhyPlacement[];
  note: string;
};

export type PagesTest = { shows: boolean; rules: { list: "show" | "hide"; rule: PageRule; matches: boolean }[] };

export type Measures = {
  views: number;
  uniqueViewers: number;
  interactions: number;
  uniqueInteractors: number;
  formResponses: number;
  dismissals: number;
  conversionRate: number;
};

export type ContentNumbers = {
  period: { from: string; to: string };
  totals: Measures;
  bySegment: (Measures & { segmentId: string; name: string })[];
  byVersion: (Measures & { versionId: string; number: number | null; segmentId: string | null })[];
  byPath: (Measures & { path: string })[];
  byLabel: { label: string; count: number; people: number; lastAt: string }[];
  series: { day: string; views: number; uniqueViewers: number; interactions: number }[];
  forms: {
    formId: string;
    formName: string;
    responses: number;
    fields: { label: string; kind: string; hidden: boolean; answers: { value: string; count: number }[] }[];
  }[];
  goals: {
    id: string;
    name: string;
    event: string;
    viewers: number;
    converted: number;
    rate: number;
    medianHours: number | null;
  }[];
};

export type Viewer = {
  userId: string | null;
  anonymousId: string | null;
  email: string | null;
  views: number;
  interactions: number;
  lastViewAt: string;
};
