import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { catalogSourceQuery } from "../api/queries";
import { catalogDestinationQuery } from "../api/sendingQueries";

type Props = { kind: "source" | "destination"; slug: string };

/** A link to an entry of the catalogue, by its name once that is known. */
export function CatalogLink({ kind, slug }: Props) {
  return kind === "source" ? <SourceLink slug={slug} /> : <DestinationLink slug={slug} />;
}

function SourceLink({ slug }: { slug: string }) {
  const { data } = useQuery(catalogSourceQuery(slug));
  return (
    <Link to="/catalog/sources/$slug" params={{ slug }} className="hw-link">
      {data?.name ?? slug}
    </Link>
  );
}

function DestinationLink({ slug }: { slug: string }) {
  const { data } = useQuery(catalogDestinationQuery(slug));
  return (
    <Link to="/catalog/destinations/$slug" params={{ slug }} className="hw-link">
      {data?.name ?? slug}
    </Link>
  );
}
