/** What differs between two designs, a line a block, each with its settings before and after. */

import { Badge } from "@mantine/core";
import type { Change } from "../../api/contentTypes";
import { written } from "../../words/exact";
import { propsBetween } from "./trees";

const WORDS: Record<Change["kind"], string> = { added: "new", removed: "gone", moved: "moved", changed: "changed" };

export function Changes({ changes, label }: { changes: Change[]; label: string }) {
  return (
    <ul className="hw-events hw-changes" aria-label={label}>
      {changes.map((change, index) => (
        <li key={index} className="hw-change">
          <Badge component="span" variant={change.kind === "changed" ? "default" : "outline"} color={COLOURS[change.kind]}>
            {WORDS[change.kind]}
          </Badge>
          <div>
            <strong>{TYPES[change.type] ?? change.type}</strong> {change.text && <>“{change.text}”</>}{" "}
            {change.nodeId && <span className="hw-aside hw-mono">{change.nodeId}</span>}
            {change.kind === "changed" && <Settings change={change} />}
          </div>
        </li>
      ))}
    </ul>
  );
}

const COLOURS: Record<Change["kind"], string | undefined> = {
  added: "river",
  removed: "brick",
  moved: "gray",
  changed: undefined,
};

const TYPES: Record<string, string> = { document: "The window itself", component: "Component of the page" };

function Settings({ change }: { change: Change }) {
  return (
    <ul className="hw-plain">
      {propsBetween(change.before, change.after).map(({ name, before, after }) => (
        <li key={name}>
          {name}: <Value of={before} isOld /> → <Value of={after} />
        </li>
      ))}
    </ul>
  );
}

function Value({ of, isOld = false }: { of: unknown; isOld?: boolean }) {
  if (of === undefined || of === null) return <span className="hw-aside">nothing</span>;
  const text = typeof of === "string" ? of : written(of);
  return isOld ? <del>{text}</del> : <ins>{text}</ins>;
}
