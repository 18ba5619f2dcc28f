/** What the check found, each with the way to the place where it is mended. */

import { Badge } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Content, Problem } from "../../api/contentTypes";
import { WarningIcon } from "../../shell/icons";

type Props = { content: Content; problems: Problem[]; onLeave: () => void };

export function Problems({ content, problems, onLeave }: Props) {
  return (
    <ul className="hw-events" aria-label="What the check found">
      {problems.map((problem, index) => (
        <li key={index} className="hw-change">
          <Badge
            component="span"
            variant="outline"
            color={problem.severity === "error" ? "brick" : "amber"}
            leftSection={<WarningIcon size={12} />}
          >
            {problem.severity === "error" ? "error" : "note"}
          </Badge>
          <div>
            {problem.message} <Way content={content} problem={problem} onLeave={onLeave} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Way({ content, problem, onLeave }: { content: Content; problem: Problem; onLeave: () => void }) {
  const document = content.documents.find(({ id }) => id === problem.documentId);
  if (document) {
    return (
      <Link
        to="/content/$id"
        params={{ id: String(content.id) }}
        search={{ document: document.id, block: problem.nodeId ?? undefined }}
        className="hw-link"
        onClick={onLeave}
      >
        {problem.nodeId ? "Open the block" : "Open the design"}
        {content.documents.length > 1 && ` for ${document.segmentName}`}
      </Link>
    );
  }
  const part = /^(placements|goals)\b/.exec(problem.field ?? problem.code.replace("no_placement", "placements"))?.[1];
  if (part) {
    return (
      <Link
        to="/content/$id"
        params={{ id: String(content.id) }}
        search={{ tab: part === "goals" ? "settings" : "placements" }}
        className="hw-link"
        onClick={onLeave}
      >
        Open the {part}
      </Link>
    );
  }
  if (problem.field === "styleguide") {
    return (
      <Link to="/settings/styleguide" className="hw-link" onClick={onLeave}>
        Open the style guide
      </Link>
    );
  }
  return null;
}
