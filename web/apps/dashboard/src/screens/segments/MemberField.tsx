import { NativeSelect } from "@mantine/core";
import { useTools } from "./Builder";
import type { MemberNode } from "./tree";

/** Which other segment the person has to be in. One that is gone stays named by its id. */
export function MemberField({ node, name }: { node: MemberNode; name: string }) {
  const { change, fault, segments } = useTools();
  const isKnown = node.segment === "" || segments.some(({ id }) => id === node.segment);
  return (
    <>
      <span className="hw-rule-word">is in</span>
      <NativeSelect
        className="hw-rule-value"
        aria-label={`${name}: segment`}
        value={node.segment}
        error={fault?.key === node.key}
        data={[
          { value: "", label: "Choose a segment" },
          ...segments.map(({ id, name: label }) => ({ value: id, label })),
          ...(isKnown ? [] : [{ value: node.segment, label: `${node.segment} (gone)` }]),
        ]}
        onChange={(event) => {
          const segment = event.currentTarget.value;
          change(node.key, (each) => ({ ...(each as MemberNode), segment }));
        }}
      />
    </>
  );
}
