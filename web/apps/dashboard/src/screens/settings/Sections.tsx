import { Link } from "@tanstack/react-router";

/** The parts of the settings. */
export function Sections() {
  return (
    <nav className="hw-nav hw-kinds" aria-label="Settings of">
      <Link to="/settings/integrations">Integrations</Link>
      <Link to="/settings/workspaces">Workspaces › Access Keys</Link>
      <Link to="/settings/identities">Signed identities</Link>
      <Link to="/settings/styleguide">Style guide</Link>
      <Link to="/settings/components">Components</Link>
    </nav>
  );
}
