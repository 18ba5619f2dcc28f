/** The segments of the workspace: by which rule, and how many people are in each. */

import { Badge, Button, Switch, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { queryClient } from "../../api/cache";
import { changeWorkspace } from "../../api/people";
import { segmentsQuery } from "../../api/peopleQueries";
import { workspaceQuery } from "../../api/queries";
import type { Segment } from "../../api/types";
import { Failed, Loading } from "../../parts/States";
import { PlusIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { Count } from "./Count";
import { inWords } from "./words";

export function Segments() {
  const { data, error, isPending, refetch } = useQuery(segmentsQuery);
  return (
    <Page
      title="Segments"
      lead="People who belong together, by what is known of them. Current within two seconds of what happens."
      actions={
        <Button leftSection={<PlusIcon />} renderRoot={(props) => <Link to="/segments/new" {...props} />}>
          New segment
        </Button>
      }
    >
      {isPending ? (
        <Loading what="the segments" />
      ) : error && !data ? (
        <Failed what="load the segments" error={error} retry={() => void refetch()} />
      ) : (
        <>
          <Table segments={data.data} />
          <Anonymous />
        </>
      )}
    </Page>
  );
}

/** The workspace's setting: whether rules look at people whom nobody has identified. */
function Anonymous() {
  const { data: workspace } = useQuery(workspaceQuery);
  const change = useMutation({
    mutationFn: (segmentAnonymous: boolean) => changeWorkspace({ segmentAnonymous }),
    onSuccess: (saved) => {
      queryClient.setQueryData(workspaceQuery.queryKey, saved);
      void queryClient.invalidateQueries({ queryKey: ["segments"] });
    },
  });
  if (!workspace) return null;
  return (
    <div style={{ marginBlockStart: "1rem" }}>
      <Switch
        label="Segments hold anonymous people too"
        description="Else whoever came without a user id, or without an identify call with traits, is in Everyone only."
        checked={workspace.segmentAnonymous}
        aria-busy={change.isPending}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
      {change.error && <Failed what="change it" error={change.error} />}
    </div>
  );
}

function Table({ segments }: { segments: Segment[] }) {
  const nameOf = (id: string) => segments.find((each) => each.id === id)?.name ?? id;
  return (
    <div className="hw-card" style={{ padding: 0, overflow: "hidden" }}>
      <table className="hw-table hw-stack">
        <caption className="hw-sr">Segments</caption>
        <thead>
          <tr>
            <th scope="col">Segment</th>
            <th scope="col">Rule</th>
            <th scope="col">People</th>
          </tr>
        </thead>
        <tbody>
          {segments.map((segment) => (
            <tr key={segment.id}>
              <th scope="row">
                <Link to="/segments/$id" params={{ id: segment.id }} className="hw-link">
                  {segment.name}
                </Link>{" "}
                {segment.builtin && <Badge variant="default">built in</Badge>}
              </th>
              <td data-label="Rule">
                <Text size="sm" component="span" lineClamp={2}>
                  {segment.builtin ? "each person" : inWords(segment.rule, nameOf)}
                </Text>
              </td>
              <td data-label="People">
                <Count segment={segment} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
