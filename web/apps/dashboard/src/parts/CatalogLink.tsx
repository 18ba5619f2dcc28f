import { Link } from "@tanstack/react-router";

type Props = { kind: "source" | "destination"; slug: string };

/** A link to an entry of the catalogue, by its slug. */
export function CatalogLink({ kind, slug }: Props) {
  const style = { color: "var(--mantine-color-anchor)" };
  return kind === "source" ? (
    <Link to="/catalog/sources/$slug" params={{ slug }} style={style}>
      {slug}
    </Link>
  ) : (
    <Link to="/catalog/destinations/$slug" params={{ slug }} style={style}>
      {slug}
    </Link>
  );
}
