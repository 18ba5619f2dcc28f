import type { CatalogEntry } from "../../api/types";

/** Why a workspace of this region cannot connect the entry; null when it can, or while the region is not known. */
export function regionRefusal(entry: Pick<CatalogEntry, "name" | "regions">, region: string | undefined): string | null {
  if (!region || entry.regions.length === 0 || entry.regions.includes(region)) return null;
  const supported = entry.regions.map((each) => each.toUpperCase()).join(" and ");
  return (
    `${entry.name} is supported only in workspaces that process data in region ${supported}. This workspace is in ` +
    `${region.toUpperCase()}, and the region of a workspace is fixed when it is created.`
  );
}
