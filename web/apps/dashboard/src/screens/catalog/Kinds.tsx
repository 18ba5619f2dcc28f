import { Link } from "@tanstack/react-router";

/** The two halves of the catalogue. */
export function Kinds() {
  return (
    <nav className="hw-nav hw-kinds" aria-label="Catalogue of">
      <Link to="/catalog" activeOptions={{ exact: true, includeSearch: false }}>
        Sources
      </Link>
      <Link to="/catalog/destinations" activeOptions={{ exact: true, includeSearch: false }}>
        Destinations
      </Link>
    </nav>
  );
}
