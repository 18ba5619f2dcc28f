/** How many people a segment holds, and how far it is with those of before. */

import { Progress, Text } from "@mantine/core";
import type { Segment } from "../../api/types";

export function Count({ segment }: { segment: Pick<Segment, "name" | "count" | "state"> }) {
  const { name, count, state } = segment;
  const number = count === null ? "not counted yet" : count.toLocaleString("en");
  if (state?.status === "FAILED")
    return (
      <span>
        {number}{" "}
        <Text span size="sm" c="var(--mantine-color-error)">
          Counting stopped: {state.error ?? "for an unknown reason"}
        </Text>
      </span>
    );
  if (state?.status !== "RUNNING") return <span className={count === null ? "hw-aside" : "hw-figure"}>{number}</span>;
  const percent = state.total > 0 ? Math.floor((100 * state.done) / state.total) : 0;
  return (
    <span className="hw-counting">
      <span>
        {number} <span className="hw-aside">so far, {percent} % gone through</span>
      </span>
      <Progress value={percent} size="sm" aria-label={`People gone through for ${name}`} />
    </span>
  );
}
