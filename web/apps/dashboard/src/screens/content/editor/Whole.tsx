/** What concerns the document as a whole: whether it stands in the page or over it, and how a window is called. */

import { NativeSelect, Radio, Stack, TextInput } from "@mantine/core";
import type { Kind, Problem, Tree } from "./model";
import { Told } from "./Properties";
import type { Tools } from "./useEditing";

type Given = { tree: Tree; problems: readonly Problem[]; readOnly: boolean; tools: Tools };

export function Whole({ tree, problems, readOnly, tools }: Given) {
  return (
    <Stack gap="sm">
      {problems
        .filter(({ nodeId }) => !nodeId)
        .map((problem) => (
          <Told key={problem.code + problem.message} problem={problem} />
        ))}
      <Radio.Group
        label="Where it shows"
        value={tree.kind}
        onChange={(kind) =>
          tools.changeTree(kind === "modal" ? { kind: "modal" } : { kind: kind as Kind, title: undefined, size: undefined })
        }
      >
        <Stack gap={6} mt={6}>
          <Radio value="inline" label="In the page" disabled={readOnly} />
          <Radio value="modal" label="In a window over the page" disabled={readOnly} />
        </Stack>
      </Radio.Group>
      {tree.kind === "modal" && (
        <>
          <TextInput
            label="Title of the window"
            description="Read out when it opens."
            required
            readOnly={readOnly}
            autoComplete="off"
            value={tree.title ?? ""}
            onChange={(event) => tools.changeTree({ title: event.currentTarget.value || undefined })}
          />
          <NativeSelect
            label="Size"
            disabled={readOnly}
            value={tree.size ?? "medium"}
            data={[
              { value: "small", label: "Small" },
              { value: "medium", label: "Medium" },
              { value: "large", label: "Large" },
            ]}
            onChange={(event) => {
              const size = event.currentTarget.value as NonNullable<Tree["size"]>;
              tools.changeTree({ size: size === "medium" ? undefined : size });
            }}
          />
        </>
      )}
    </Stack>
  );
}
