import { Badge, Group } from "@mantine/core";
import type { CatalogEntry } from "../../api/types";

/** Status, kind, regions and categories as small labels; each says in words what it means. */
export function Marks({ entry }: { entry: CatalogEntry }) {
  return (
    <Group gap={6} component="span">
      <Badge variant={entry.status === "beta" ? "outline" : "filled"} component="span">
        {entry.status}
      </Badge>
      <Badge variant="default" component="span">
        {entry.kind}
      </Badge>
      <Badge variant="default" component="span">
        {entry.regions.map((region) => region.toUpperCase()).join(" + ")}
        {entry.regions.length === 1 ? " only" : ""}
      </Badge>
    </Group>
  );
}
