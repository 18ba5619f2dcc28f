/** Retries, pace and order of a connection, folded away: most never need them. */

import { Checkbox, NativeSelect, Stack, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import type { Terms } from "./terms";

type Props = {
  terms: Terms;
  problems: { waits?: string; pace?: string };
  onChange: (part: Partial<Terms>) => void;
  children?: ReactNode;
};

export function Advanced({ terms, problems, onChange, children }: Props) {
  const hasProblem = Boolean(problems.waits ?? problems.pace);
  return (
    <details open={hasProblem || undefined}>
      <summary>Advanced</summary>
      <Stack gap="sm" mt="sm">
        <NativeSelect
          label="Retries"
          description="What is done when a delivery fails."
          value={terms.retries}
          onChange={(event) => onChange({ retries: event.currentTarget.value as Terms["retries"] })}
          data={[
            { value: "usual", label: "as usual: 9 times, from 5 s to 24 h apart" },
            { value: "own", label: "at times of my own" },
            { value: "none", label: "none: one try alone" },
          ]}
        />
        {terms.retries === "own" && (
          <TextInput
            label="Wait before each further try"
            description="Times with s, min, h or d, with commas between them."
            placeholder="5 s, 5 min, 2 h"
            name="waits"
            value={terms.waits}
            error={problems.waits}
            onChange={(event) => onChange({ waits: event.currentTarget.value })}
            autoComplete="off"
          />
        )}
        <TextInput
          label="Deliveries a second, at most"
          description="Empty: as usual for this kind of receiver."
          name="pace"
          inputMode="decimal"
          value={terms.pace}
          error={problems.pace}
          onChange={(event) => onChange({ pace: event.currentTarget.value })}
          autoComplete="off"
        />
        <Checkbox
          label="Each person's events strictly in order"
          description="One that fails holds up the later ones of the same person until it is delivered or given up."
          checked={terms.isOrdered}
          onChange={(event) => onChange({ isOrdered: event.currentTarget.checked })}
        />
        {children}
      </Stack>
    </details>
  );
}
