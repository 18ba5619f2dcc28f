/** The parts of a content's page, as its address names them. */

import type { ContentStatus } from "../../api/contentTypes";

export type Tab = "design" | "placements" | "numbers" | "versions" | "why" | "settings";

export const TABS: { id: Tab; label: string }[] = [
  { id: "design", label: "Design" },
  { id: "placements", label: "Placements" },
  { id: "numbers", label: "Numbers" },
  { id: "versions", label: "Versions" },
  { id: "why", label: "Why?" },
  { id: "settings", label: "Settings" },
];

export type ContentPlace = {
  tab?: Tab;
  /** The document that is open, by its id. */
  document?: number;
  /** The block in it that is chosen. */
  block?: string;
};

export function contentPlace(search: Record<string, unknown>): ContentPlace {
  const tab = TABS.find(({ id }) => id === search.tab)?.id;
  const document = Number(search.document);
  return {
    tab: tab === "design" ? undefined : tab,
    document: Number.isInteger(document) && document > 0 ? document : undefined,
    block: typeof search.block === "string" || typeof search.block === "number" ? String(search.block) : undefined,
  };
}

const STATUSES: readonly string[] = ["draft", "published", "changed", "archived"] satisfies ContentStatus[];

export function contentStatus(value: unknown): ContentStatus | undefined {
  return STATUSES.find((each) => each === value) as ContentStatus | undefined;
}
