/** The rule as controls: groups of conditions, each a line that reads like a sentence. All of it works by keyboard. */

import { ActionIcon, Button, NativeSelect, Text } from "@mantine/core";
import { createContext, type ReactNode, useContext, useLayoutEffect, useRef } from "react";
import { PlusIcon, TrashIcon } from "../../shell/icons";
import { EventFields } from "./EventFields";
import { MemberField } from "./MemberField";
import { TestFields } from "./TestFields";
import { changed, type Fault, type GroupNode, type Mode, newGroup, newTest, type Node, ofKind } from "./tree";

type Choice = { id: string; name: string };

type Tools = {
  change: (key: number, to: (node: Node) => Node | null, focus?: Focus) => void;
  fault: Fault | null;
  /** Segments that a condition may name. */
  segments: Choice[];
};
/** What gets the focus when the tree has changed: the first control of a node, or the button that adds to a group. */
type Focus = { node?: number; adder?: number };

const Context = createContext<Tools | null>(null);
export const useTools = (): Tools => useContext(Context) as Tools;

type Props = {
  root: GroupNode;
  fault: Fault | null;
  segments: Choice[];
  traitNames: string[];
  onChange: (root: GroupNode) => void;
};

export const TRAIT_NAMES = "known-traits";

export function Builder({ root, fault, segments, traitNames, onChange }: Props) {
  const whole = useRef<HTMLDivElement>(null);
  const next = useRef<Focus | null>(null);
  useLayoutEffect(() => {
    if (!next.current || !whole.current) return;
    const { node, adder } = next.current;
    next.current = null;
    const place = node === undefined ? `[data-adder="${adder}"]` : `[data-node="${node}"] select, [data-node="${node}"] input`;
    whole.current.querySelector<HTMLElement>(place)?.focus();
  }, [root]);
  const change: Tools["change"] = (key, to, focus) => {
    next.current = focus ?? null;
    onChange(changed(root, key, to));
  };
  return (
    <Context.Provider value={{ change, fault, segments }}>
      <div ref={whole}>
        <datalist id={TRAIT_NAMES}>
          {traitNames.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        <Group node={root} number="" />
      </div>
    </Context.Provider>
  );
}

const MODES: { value: Mode; label: string }[] = [
  { value: "all", label: "All of these hold" },
  { value: "any", label: "At least one of these holds" },
  { value: "none", label: "None of these holds" },
  { value: "notAll", label: "Not all of these hold" },
];

function Group({ node, number, parent }: { node: GroupNode; number: string; parent?: number }) {
  const { change, fault } = useTools();
  const name = number === "" ? "The whole rule" : `Group ${number}`;
  const add = (made: Node) =>
    change(node.key, (group) => ({ ...(group as GroupNode), nodes: [...(group as GroupNode).nodes, made] }), {
      node: made.key,
    });
  const hasFault = fault?.key === node.key;
  return (
    <div
      className="hw-rule-group"
      role="group"
      aria-label={name}
      data-node={node.key}
      data-depth={number === "" ? 0 : number.split(".").length % 2}
    >
      <div className="hw-rule-line">
        <NativeSelect
          aria-label={`${name}: how its conditions are joined`}
          value={node.mode}
          data={MODES}
          onChange={(event) => {
            const mode = event.currentTarget.value as Mode;
            change(node.key, (group) => ({ ...(group as GroupNode), mode }));
          }}
        />
        {parent !== undefined && <Remove what={name} node={node} parent={parent} />}
      </div>
      {hasFault && <Problem>{fault.message}</Problem>}
      {node.nodes.length === 0 && (
        <Text size="sm" c="dimmed" my="xs">
          No condition yet. Add one: a trait, an event, another segment.
        </Text>
      )}
      {node.nodes.length > 0 && (
        <ol className="hw-rule-list">
          {node.nodes.map((each, index) => {
            const place = number === "" ? `${index + 1}` : `${number}.${index + 1}`;
            return (
              <li key={each.key}>
                {each.is === "group" ? (
                  <Group node={each} number={place} parent={node.key} />
                ) : (
                  <Condition node={each} number={place} parent={node.key} />
                )}
              </li>
            );
          })}
        </ol>
      )}
      <div className="hw-rule-line">
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<PlusIcon size={14} />}
          data-adder={node.key}
          onClick={() => add(newTest("trait"))}
        >
          Add condition
          <span className="hw-sr">&nbsp;to {name.toLowerCase()}</span>
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<PlusIcon size={14} />}
          onClick={() => add(newGroup("any", [newTest("trait")]))}
        >
          Add group
          <span className="hw-sr">&nbsp;to {name.toLowerCase()}</span>
        </Button>
      </div>
    </div>
  );
}

const KINDS = [
  { value: "trait", label: "Trait" },
  { value: "groupTrait", label: "Trait of a group" },
  { value: "event", label: "Event" },
  { value: "segment", label: "Segment" },
  { value: "person", label: "Person" },
];

function Condition({ node, number, parent }: { node: Exclude<Node, GroupNode>; number: string; parent: number }) {
  const { change, fault } = useTools();
  const name = `Condition ${number}`;
  const isFaulty = fault?.key === node.key;
  const kind = node.is === "test" ? node.scope : node.is;
  return (
    <div className="hw-rule-condition" role="group" aria-label={name} data-node={node.key} data-fault={isFaulty || undefined}>
      <div className="hw-rule-line">
        <NativeSelect
          aria-label={`${name}: what it looks at`}
          value={kind}
          data={KINDS}
          onChange={(event) => {
            const to = event.currentTarget.value;
            change(node.key, (each) => ofKind(each, to));
          }}
        />
        {node.is === "test" && <TestFields node={node} name={name} />}
        {node.is === "event" && <EventFields node={node} name={name} />}
        {node.is === "segment" && <MemberField node={node} name={name} />}
        <Remove what={name} node={node} parent={parent} />
      </div>
      {isFaulty && <Problem>{fault.message}</Problem>}
    </div>
  );
}

type RemoveProps = { what: string; node: Node; parent: number; isShort?: boolean };

export function Remove({ what, node, parent, isShort = false }: RemoveProps) {
  const { change } = useTools();
  const remove = () => change(node.key, () => null, { adder: parent });
  if (isShort)
    return (
      <ActionIcon variant="subtle" color="gray" aria-label={`Remove ${what.toLowerCase()}`} onClick={remove}>
        <TrashIcon size={15} />
      </ActionIcon>
    );
  return (
    <Button
      className="hw-rule-remove"
      size="compact-sm"
      variant="subtle"
      color="gray"
      leftSection={<TrashIcon size={15} />}
      onClick={remove}
    >
      Remove
      <span className="hw-sr">&nbsp;{what.toLowerCase()}</span>
    </Button>
  );
}

export function Problem({ children }: { children: ReactNode }) {
  return (
    <Text size="sm" c="var(--mantine-color-error)" mt={4} role="alert">
      {children}
    </Text>
  );
}
