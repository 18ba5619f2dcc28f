/** What can be put in: pressed, it goes to what is chosen; dragged, to where it is let go. */

import type { PointerEvent } from "react";
import { BLOCKS, type BlockType, type ComponentEntry, type Props } from "./model";
import type { Begin } from "./useDrag";

type Entry = { key: string; type: BlockType; props?: Props; title: string; about: string };

const GROUPS = ["Basics", "Layout", "Forms"] as const;

type Given = {
  components: readonly ComponentEntry[];
  readOnly: boolean;
  onAdd: (type: BlockType, props?: Props) => void;
  begin: Begin;
};

export function Palette({ components, readOnly, onAdd, begin }: Given) {
  const own = components.map(entryOf);
  return (
    <div className="hw-palette">
      {own.length > 0 && (
        <Group title="Your components" entries={own} readOnly={readOnly} onAdd={onAdd} begin={begin} />
      )}
      {GROUPS.map((group) => (
        <Group key={group} title={group} entries={entriesOf(group)} readOnly={readOnly} onAdd={onAdd} begin={begin} />
      ))}
    </div>
  );
}

/** A component of the host page begins with the defaults that the manifest gives its props. */
function entryOf(component: ComponentEntry): Entry {
  const given = component.props.filter((prop) => prop.default !== undefined).map((prop) => [prop.name, prop.default]);
  return {
    key: component.name,
    type: "component",
    props: { name: component.name, props: Object.fromEntries(given) },
    title: component.title,
    about: "A component of your pages",
  };
}

function entriesOf(group: string): Entry[] {
  return Object.entries(BLOCKS)
    .filter(([type, spec]) => spec.group === group && !spec.isPart && type !== "component")
    .map(([type, { title, about }]) => ({ key: type, type: type as BlockType, title, about }));
}

type GroupProps = Omit<Given, "components"> & { title: string; entries: Entry[] };

function Group({ title, entries, readOnly, onAdd, begin }: GroupProps) {
  return (
    <div role="group" aria-label={title}>
      <p className="hw-palette-title" aria-hidden="true">
        {title}
      </p>
      <div className="hw-palette-entries">
        {entries.map((entry) => (
          <button
            key={entry.key}
            type="button"
            className="hw-palette-entry"
            title={entry.about}
            aria-disabled={readOnly || undefined}
            onClick={() => !readOnly && onAdd(entry.type, entry.props)}
            onPointerDown={(event: PointerEvent) => {
              // A finger scrolls the page here; it adds by a tap.
              if (readOnly || event.button !== 0 || event.pointerType === "touch") return;
              begin(event, { type: entry.type, props: entry.props, title: entry.title });
            }}
          >
            <span className="hw-sr">Add </span>
            {entry.title}
          </button>
        ))}
      </div>
    </div>
  );
}
