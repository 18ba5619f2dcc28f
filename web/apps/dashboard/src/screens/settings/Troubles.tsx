/** When nothing arrives: four questions, each answered yes or no with what the answer rests on. */

import { Badge, Button, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { troublesQuery } from "../../api/sendingQueries";
import { Failed, Loading } from "../../parts/States";
import { CheckIcon, WarningIcon } from "../../shell/icons";

export function Troubles({ id }: { id: string }) {
  const { data, error, isPending, isFetching, refetch } = useQuery(troublesQuery(id));
  return (
    <section className="hw-card" aria-labelledby="troubles">
      <Title order={2} id="troubles" mb="xs">
        Troubleshooting
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Does nothing arrive? This is what to look at, as it is now.
      </Text>
      {isPending ? (
        <Loading what="the answers" />
      ) : !data ? (
        error && <Failed what="look into it" error={error} retry={() => void refetch()} />
      ) : (
        <>
          <dl style={{ margin: 0 }}>
            {data.questions.map(({ id: key, question, answer, evidence }) => (
              <div key={key} style={{ marginBlockEnd: "0.75rem" }}>
                <Text component="dt" size="sm" fw={600} style={{ display: "flex", gap: "0.5rem", flexWrap: "wrap" }}>
                  {question}
                  <Badge
                    variant={answer ? "default" : "outline"}
                    color={answer ? undefined : "brick"}
                    leftSection={answer ? <CheckIcon size={12} /> : <WarningIcon size={12} />}
                    component="span"
                  >
                    {answer ? "yes" : "no"}
                  </Badge>
                </Text>
                <Text component="dd" size="sm" m={0}>
                  {evidence}
                </Text>
              </div>
            ))}
          </dl>
          <Button variant="default" size="compact-sm" loading={isFetching} onClick={() => void refetch()}>
            Look again
          </Button>
        </>
      )}
    </section>
  );
}
