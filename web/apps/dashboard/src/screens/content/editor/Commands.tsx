/** What can be done with the chosen block by pressing: everything that a drag can do, and more. */

import { CopyIcon, TrashIcon } from "../../../shell/icons";
import { DownIcon, InIcon, OutIcon, PenIcon, UpIcon } from "./icons";
import { BLOCKS, type ComponentEntry, type Tree } from "./model";
import { nameOf } from "./names";
import { Tool } from "./Tool";
import { type Found, isFixed, type Step, stepOf } from "./tree";
import type { Tools } from "./useEditing";

type Given = {
  tree: Tree;
  found: Found | null;
  components: readonly ComponentEntry[];
  readOnly: boolean;
  tools: Tools;
  onWrite: (id: string) => void;
};

const STEPS: { step: Step; keys: string; Icon: typeof UpIcon }[] = [
  { step: "up", keys: "Alt+ArrowUp", Icon: UpIcon },
  { step: "down", keys: "Alt+ArrowDown", Icon: DownIcon },
  { step: "in", keys: "Alt+ArrowRight", Icon: InIcon },
  { step: "out", keys: "Alt+ArrowLeft", Icon: OutIcon },
];

export function Commands({ tree, found, components, readOnly, tools, onWrite }: Given) {
  const block = found?.block;
  const id = block?.id ?? "";
  const isOff = readOnly || !block;
  return (
    <div className="hw-studio-commands" role="group" aria-label="The chosen block">
      <span className="hw-studio-chosen"><bdi>{block ? nameOf(block, components) : "No block chosen"}</bdi></span>
      <Tool label="Edit text" isOff={isOff || !BLOCKS[block.type].inline} onPress={() => onWrite(id)}>
        <PenIcon size={16} />
      </Tool>
      {STEPS.map(({ step, keys, Icon }) => (
        <Tool
          key={step}
          label={`Move ${step}`}
          keys={keys}
          isMirrored={step === "in" || step === "out"}
          isOff={isOff || stepOf(tree, id, step) === null}
          onPress={() => tools.step(id, step)}
        >
          <Icon size={16} />
        </Tool>
      ))}
      <Tool label="Duplicate" keys="Control+D" isOff={isOff || isFixed(block)} onPress={() => tools.duplicate(id)}>
        <CopyIcon size={16} />
      </Tool>
      <Tool label="Delete" keys="Delete" isOff={isOff || isFixed(block)} onPress={() => tools.remove(id)}>
        <TrashIcon size={16} />
      </Tool>
    </div>
  );
}
