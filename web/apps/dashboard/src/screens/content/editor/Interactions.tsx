/** All that can be clicked or answered, and the label by which each is counted; greyed, the one that it has by default. */

import { Text, TextInput } from "@mantine/core";
import { useMemo } from "react";
import type { ComponentEntry, Tree } from "./model";
import { interactionsOf, nameOf } from "./names";
import type { Tools } from "./useEditing";

type Given = {
  tree: Tree;
  contentName: string;
  components: readonly ComponentEntry[];
  readOnly: boolean;
  tools: Tools;
};

export function Interactions({ tree, contentName, components, readOnly, tools }: Given) {
  const all = useMemo(() => interactionsOf(tree, contentName, components), [tree, contentName, components]);
  if (all.length === 0) {
    return (
      <Text size="sm">
        Nothing here can be clicked or answered yet. Buttons, forms, components, cards with an action and images with a link
        show here, each with the label that its events have.
      </Text>
    );
  }
  return (
    <>
      <Text size="sm" mb="sm">
        Each click and each answer is told of under its label. Left empty, the greyed one counts.
      </Text>
      <ul className="hw-interactions" aria-label="Interactions">
        {all.map(({ block, label, default: given }) => (
          <li key={block.id}>
            <TextInput
              label={<bdi>{nameOf(block, components)}</bdi>}
              aria-label={`Label of ${nameOf(block, components)}`}
              size="sm"
              value={label}
              placeholder={given}
              readOnly={readOnly}
              autoComplete="off"
              maxLength={200}
              onFocus={() => tools.choose(block.id)}
              onChange={(event) => tools.change(block.id, { label: event.currentTarget.value || undefined })}
            />
          </li>
        ))}
      </ul>
    </>
  );
}
