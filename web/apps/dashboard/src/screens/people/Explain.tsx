/** "Why is this person (not) in this segment?": the rule as a tree, each part with what the person has and its result. */

import { Badge, NativeSelect, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { explanationQuery, personSegmentsQuery, segmentsQuery } from "../../api/peopleQueries";
import type { Explained } from "../../api/types";
import { Failed, Loading } from "../../parts/States";
import { BlockIcon, CheckIcon } from "../../shell/icons";
import { headline } from "../segments/words";
import { found } from "./found";

export function Explain({ id }: { id: string }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const { data } = useQuery(personSegmentsQuery(id));
  return (
    <section className="hw-card" aria-labelledby="explain">
      <Title order={2} id="explain" mb="xs">
        Why is this person (not) in this segment?
      </Title>
      <NativeSelect
        label="Segment"
        value={chosen ?? ""}
        onChange={(event) => setChosen(event.currentTarget.value || null)}
        data={[
          { value: "", label: "Choose a segment" },
          ...(data?.data ?? []).map(({ id: segment, name, member }) => ({
            value: segment,
            label: `${name} (${member ? "in" : "not in"})`,
          })),
        ]}
        maw="24rem"
        mb="sm"
      />
      {chosen && <Answer id={id} segmentId={chosen} />}
    </section>
  );
}

function Answer({ id, segmentId }: { id: string; segmentId: string }) {
  const { data, error, isPending, refetch } = useQuery(explanationQuery(id, segmentId));
  const { data: segments } = useQuery(segmentsQuery);
  const nameOf = (each: string) => segments?.data.find((segment) => segment.id === each)?.name ?? each;
  if (isPending) return <Loading what="the explanation" lines={2} />;
  if (error && !data) return <Failed what="explain it" error={error} retry={() => void refetch()} />;
  return (
    <>
      <Text role="status" mb="xs">
        <strong>{data.member ? "In" : "Not in"}</strong> {nameOf(segmentId)}.
        {data.note && ` ${data.note}`}
      </Text>
      <ul className="hw-why" aria-label="Why">
        <WhyTree node={data.tree} nameOf={nameOf} />
      </ul>
    </>
  );
}

export function WhyTree({ node, nameOf }: { node: Explained; nameOf: (segmentId: string) => string }) {
  const value = found(node);
  return (
    <li>
      <div className="hw-why-line">
        <Badge
          variant={node.result ? "default" : "outline"}
          color={node.result ? undefined : "amber"}
          leftSection={node.result ? <CheckIcon size={12} /> : <BlockIcon size={12} />}
          component="span"
        >
          {node.result ? "yes" : "no"}
        </Badge>
        <span>
          {headline(node.rule, nameOf)}
          {value && (
            <>
              {" "}
              <span className="hw-aside">{value}</span>
            </>
          )}
        </span>
      </div>
      {node.children.length > 0 && (
        <ul className="hw-why">
          {node.children.map((child, index) => (
            <WhyTree key={index} node={child} nameOf={nameOf} />
          ))}
        </ul>
      )}
    </li>
  );
}
