/** The segments of the workspace: by which rule, and how many people are in each. */

import { Badge, Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { segmentsQuery } from "../../api/peopleQueries";
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
        <Table segments={data.data} />
      )}
    </Page>
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
