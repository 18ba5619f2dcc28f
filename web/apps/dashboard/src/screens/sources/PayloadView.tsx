import { SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { CodeBlock } from "../../parts/CodeBlock";
import { written } from "../../words/exact";
import { leaves } from "./payload";

/** The payload of an event: its fields with their values, or the JSON as it is. */
export function PayloadView({ payload }: { payload: unknown }) {
  const [view, setView] = useState("pretty");
  return (
    <>
      <SegmentedControl
        size="xs"
        mt="xs"
        mb="xs"
        aria-label="View of the payload"
        value={view}
        onChange={setView}
        data={[
          { value: "pretty", label: "Pretty" },
          { value: "raw", label: "Raw" },
        ]}
      />
      {view === "pretty" ? <Pretty payload={payload} /> : <CodeBlock code={written(payload, 2)} what="raw event" />}
    </>
  );
}

function Pretty({ payload }: { payload: unknown }) {
  return (
    <div className="hw-scroll" tabIndex={0} role="region" aria-label="Payload">
      <table className="hw-table hw-pairs">
        <caption className="hw-sr">The fields of the event</caption>
        <tbody>
          {leaves(payload).map(({ path, value }) => (
            <tr key={path}>
              <th scope="row" className="hw-mono">
                {path || "(whole)"}
              </th>
              <td className="hw-mono">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
