import { Link } from "@tanstack/react-router";

export function ToSegments() {
  return (
    <Link to="/segments" className="hw-link">
      ‹ Segments
    </Link>
  );
}
