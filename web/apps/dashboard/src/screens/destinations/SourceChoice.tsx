/** Whose events go to a destination. */

import { Checkbox, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { sourcesQuery } from "../../api/queries";

type Props = { value: string[]; error?: string; onChange: (ids: string[]) => void };

export function SourceChoice({ value, error, onChange }: Props) {
  // Asked for anew: a source that was made a moment ago is one to choose.
  const { data } = useQuery({ ...sourcesQuery, staleTime: 0 });
  return (
    <Checkbox.Group
      label="Sources"
      description="Whose events go there."
      value={value}
      error={error}
      onChange={(ids) => onChange(ids)}
    >
      <Stack gap={6} mt={6} mb={6}>
        {data?.data.map((source) => (
          <Checkbox key={source.id} name="sources" value={source.id} label={source.name} />
        ))}
        {data?.data.length === 0 && <Text size="sm">There is no source yet.</Text>}
      </Stack>
    </Checkbox.Group>
  );
}
