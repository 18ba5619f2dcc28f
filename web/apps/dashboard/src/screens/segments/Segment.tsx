/** One segment: how many are in it, its rule to change, its end. */

import { Badge, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import { queryClient } from "../../api/cache";
import { changeSegment, deleteSegment, type SegmentGiven } from "../../api/people";
import { segmentQuery } from "../../api/peopleQueries";
import type { Segment as SegmentValue } from "../../api/types";
import { CopyButton } from "../../parts/Copy";
import { Failed, Loading } from "../../parts/States";
import { Page } from "../../shell/Page";
import { Delete } from "../sending/Delete";
import { Count } from "./Count";
import { Form } from "./Form";
import { ToSegments } from "./ToSegments";

const route = getRouteApi("/inside/segments/$id");

export function Segment() {
  const { id } = route.useParams();
  const { data: segment, error, isPending, refetch } = useQuery(segmentQuery(id));
  if (isPending) return <Loading what="the segment" lines={4} />;
  if (error && !segment) {
    return (
      <Page title="Segment" lead={<ToSegments />}>
        <Failed what="show this segment" error={error} retry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <Page title={segment.name} place={`segment ${id}`} lead={<Facts segment={segment} />}>
      {segment.builtin ? (
        <section className="hw-card" aria-label="About">
          <Text>
            Everyone is built in: each person is in it, known or not. It cannot be changed or deleted. Content that is
            for Everyone is seen by all.
          </Text>
        </section>
      ) : (
        <Stack gap="lg">
          <Change key={id} segment={segment} />
          <section className="hw-card" aria-labelledby="end">
            <Title order={2} id="end" mb="xs">
              Delete
            </Title>
            <Ending segment={segment} />
          </section>
        </Stack>
      )}
    </Page>
  );
}

function Facts({ segment }: { segment: SegmentValue }) {
  return (
    <Stack gap={4}>
      <ToSegments />
      <Group gap="sm">
        {segment.builtin && <Badge variant="default">built in</Badge>}
        <span>
          People: <Count segment={segment} />
        </span>
        <Link to="/people" search={{ segment: segment.id }} className="hw-link">
          Show them
        </Link>
        <Text size="sm" span>
          id <span className="hw-mono">{segment.id}</span>
        </Text>
        <CopyButton text={segment.id} what="id of the segment" />
      </Group>
    </Stack>
  );
}

function Change({ segment }: { segment: SegmentValue }) {
  const save = useMutation({
    mutationFn: (given: SegmentGiven) => changeSegment(segment.id, given),
    onSuccess: async (saved) => {
      // An answer that was asked for before this one would show the old values again for a moment.
      await queryClient.cancelQueries({ queryKey: ["segment", segment.id] });
      queryClient.setQueryData(segmentQuery(segment.id).queryKey, saved);
      void queryClient.invalidateQueries({ queryKey: ["segments"] });
    },
  });
  return (
    <Form
      segment={segment}
      action="Save"
      isBusy={save.isPending}
      isDone={save.isSuccess}
      error={save.error}
      onSubmit={save.mutateAsync}
    />
  );
}

function Ending({ segment }: { segment: SegmentValue }) {
  const navigate = useNavigate();
  return (
    <Delete
      what="segment"
      name={segment.name}
      consequence="Nobody is told to have left it. A segment that another one's rule names stays until that is changed."
      remove={() => deleteSegment(segment.id)}
      onDone={() => {
        queryClient.removeQueries({ queryKey: ["segment", segment.id] });
        void queryClient.invalidateQueries({ queryKey: ["segments"] });
        void navigate({ to: "/segments" });
      }}
    />
  );
}
