import { Textarea } from "@mantine/core";
import { useEffect, useState } from "react";
import type { Tree } from "../../api/contentTypes";
import { isObject } from "../../words/exact";
import { isSame } from "./same";

type Props = { tree: Tree; readOnly: boolean; onChange: (tree: Tree) => void };

/** The tree as it is stored, to write by hand or to paste into. */
export function JsonEditor({ tree, readOnly, onChange }: Props) {
  const [text, setText] = useState(() => JSON.stringify(tree, null, 2));
  const read = treeOf(text);
  // Written anew when it was changed elsewhere, never because of what is typed here.
  useEffect(() => {
    if (read && !isSame(read, tree)) setText(JSON.stringify(tree, null, 2));
  }, [tree]);
  return (
    <Textarea
      label="Design as JSON"
      description="Blocks within blocks, each with an id of its own. The guide describes them."
      value={text}
      readOnly={readOnly}
      error={read ? undefined : "This is no JSON object with a list of blocks. It is not saved."}
      onChange={(event) => {
        setText(event.currentTarget.value);
        const written = treeOf(event.currentTarget.value);
        if (written) onChange(written);
      }}
      autosize
      minRows={10}
      maxRows={40}
      spellCheck={false}
      autoComplete="off"
      styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)", fontSize: "0.8125rem" } }}
    />
  );
}

function treeOf(text: string): Tree | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && Array.isArray(value.blocks) ? (value as unknown as Tree) : null;
  } catch {
    return null;
  }
}
