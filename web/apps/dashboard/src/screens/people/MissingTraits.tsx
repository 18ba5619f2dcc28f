/** "Traits are not appearing": what to look at, in the order in which it is most often it, with the evidence. */

import { Badge, Button, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { traitTroublesQuery } from "../../api/peopleQueries";
import { workspaceQuery } from "../../api/queries";
import { destinationsQuery } from "../../api/sendingQueries";
import type { TraitTroubles } from "../../api/types";
import { CodeBlock } from "../../parts/CodeBlock";
import { Failed, Loading } from "../../parts/States";
import { Shown } from "../../parts/Shown";
import { When } from "../../parts/When";
import { CheckIcon, WarningIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { answers, slipInWords, withTraits } from "./troubles";

export function MissingTraits() {
  const { data, error, isPending, isFetching, refetch } = useQuery(traitTroublesQuery);
  return (
    <Page
      title="Traits are not appearing"
      lead={
        <>
          <Link to="/people" className="hw-link">
            ‹ People
          </Link>
          <Text c="dimmed">What to look at, one after the other, as it is now.</Text>
        </>
      }
      actions={
        <Button variant="default" loading={isFetching} onClick={() => void refetch()}>
          Look again
        </Button>
      }
    >
      {isPending ? (
        <Loading what="the answers" lines={5} />
      ) : error && !data ? (
        <Failed what="look into it" error={error} retry={() => void refetch()} />
      ) : (
        <Answers troubles={data} />
      )}
    </Page>
  );
}

function Answers({ troubles }: { troubles: TraitTroubles }) {
  const found = answers(troubles);
  return (
    <Stack gap="lg">
      <Card question="Is the script loaded in your pages?" answer={found.script}>
        <Script at={troubles.lastCustomerEventAt} />
      </Card>
      <Card question="Is a source on that sends identify calls?" answer={found.identifies} without="not known">
        <Sources troubles={troubles} />
        <Destinations />
      </Card>
      <Card question="Do the identify calls carry traits?" answer={found.traits} extent={withTraits(troubles.people)}>
        <Traits troubles={troubles} />
      </Card>
      <Card question="Does the REST door take what your back end sends?" answer={found.rest}>
        <Rest troubles={troubles} />
      </Card>
      <Card question="Are all trait names written as they should be?" answer={found.names}>
        <Names troubles={troubles} />
      </Card>
    </Stack>
  );
}

type CardProps = { question: string; answer: boolean | null; without?: string; extent?: string | null; children: ReactNode };

function Card({ question, answer, without = "not used", extent = null, children }: CardProps) {
  return (
    <section className="hw-card" aria-label={question}>
      <div className="hw-question">
        <Title order={2}>{question}</Title>
        <Badge
          variant={answer === false ? "outline" : "default"}
          color={answer === false ? "brick" : undefined}
          leftSection={answer === null ? undefined : answer ? <CheckIcon size={12} /> : <WarningIcon size={12} />}
          component="span"
        >
          {answer === null ? without : answer ? ["yes", extent].filter(Boolean).join(", ") : "no"}
        </Badge>
      </div>
      <div style={{ marginBlockStart: "0.5rem" }}>{children}</div>
    </section>
  );
}

function Script({ at }: { at: string | null }) {
  const { data: workspace } = useQuery(workspaceQuery);
  return (
    <>
      {at ? (
        <Text size="sm" mb="xs">
          A page sent its last event <When at={at} />.{" "}
          <Link to="/sources/$id" params={{ id: "customer-events" }} className="hw-link">
            See them
          </Link>
        </Text>
      ) : (
        <Text size="sm" mb="xs">
          No page has sent anything with the client token of this workspace. Put the{" "}
          <Link to="/sources/$id" params={{ id: "customer-events" }} className="hw-link">
            script
          </Link>{" "}
          into your pages.{workspace && <> Its token is {workspace.clientToken}.</>}
        </Text>
      )}
      <details>
        <summary>Look at it in the browser</summary>
        <Text size="sm" my="xs">
          Open your page, and in its console ask what was loaded. It shows the user id and the traits that the page gave;
          “undefined” means that the script is not there, or has another token.
        </Text>
        <CodeBlock code={"headwater.providerProps\n// or, with Candu's snippet:\nCandu.providerProps"} what="what to ask in the console" />
      </details>
    </>
  );
}

function Sources({ troubles }: { troubles: TraitTroubles }) {
  return (
    <>
      <table className="hw-table hw-stack">
        <caption className="hw-sr">Sources and their identify calls</caption>
        <thead>
          <tr>
            <th scope="col">Source</th>
            <th scope="col">State</th>
            <th scope="col">Tells of people</th>
            <th scope="col">Identify calls</th>
            <th scope="col">The last one</th>
          </tr>
        </thead>
        <tbody>
          {troubles.sources
            .filter(({ id }) => id !== "segments")
            .map((source) => (
              <tr key={source.id}>
                <th scope="row">
                  <Link to="/sources/$id" params={{ id: source.id }} className="hw-link">
                    {source.name}
                  </Link>
                </th>
                <td data-label="State">
                  <Badge variant={source.enabled ? "default" : "outline"} color={source.enabled ? undefined : "amber"}>
                    {source.enabled ? "enabled" : "disabled"}
                  </Badge>
                </td>
                <td data-label="Tells of people">{source.feedsProfiles ? "yes" : "no"}</td>
                <td data-label="Identify calls">{source.identifies?.toLocaleString("en") ?? "not known just now"}</td>
                <td data-label="The last one">
                  {source.lastIdentifyAt ? <When at={source.lastIdentifyAt} /> : <span className="hw-aside">none yet</span>}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      <Text size="sm" c="dimmed" mt="xs">
        If Segment sends to you, look there as well: its destination must be enabled, and its Event Delivery must show
        identify calls.
      </Text>
    </>
  );
}

/** What passes people on to others, such as to Candu. */
function Destinations() {
  const { data } = useQuery(destinationsQuery);
  if (!data || data.data.length === 0) return null;
  return (
    <>
      <Title order={3} mt="sm" mb={4}>
        Destinations
      </Title>
      <ul className="hw-plain" aria-label="Destinations">
        {data.data.map((each) => (
          <li key={each.id}>
            <Text size="sm" span>
              <Link to="/destinations/$id" params={{ id: each.id }} className="hw-link">
                {each.name}
              </Link>
              : {each.enabled ? (each.paused ? "paused" : "enabled") : "disabled"},{" "}
              {each.sourceIds.length === 0 ? "gets nothing yet: no source is chosen" : `gets events of ${each.sourceIds.length === 1 ? "1 source" : `${each.sourceIds.length} sources`}`}
            </Text>
          </li>
        ))}
      </ul>
    </>
  );
}

function Traits({ troubles }: { troubles: TraitTroubles }) {
  const { lookedAt, known, withoutTraits, newestWithoutTraits } = troubles.people;
  if (known === 0)
    return <Text size="sm">{lookedAt === 0 ? "Nobody has been seen yet." : "Nobody who was seen has a user id: an identify call names it."}</Text>;
  return (
    <>
      <Text size="sm">
        {withoutTraits === 0
          ? `Each of the ${known.toLocaleString("en")} users seen last has traits.`
          : `${withoutTraits.toLocaleString("en")} of the ${known.toLocaleString("en")} users seen last ${withoutTraits === 1 ? "has" : "have"} none: no identify call with traits has come of them. Properties of events are no traits.`}
      </Text>
      {newestWithoutTraits.length > 0 && (
        <ul className="hw-chips" aria-label="Users without traits" style={{ marginBlockStart: "0.5rem" }}>
          {newestWithoutTraits.map(({ id, userId }) => (
            <li key={id} style={{ overflowWrap: "anywhere" }}>
              <Link to="/people/$id" params={{ id }} className="hw-link hw-mono">
                <Shown text={userId} />
              </Link>
            </li>
          ))}
          {withoutTraits > newestWithoutTraits.length && (
            <li className="hw-aside">and {(withoutTraits - newestWithoutTraits.length).toLocaleString("en")} more</li>
          )}
        </ul>
      )}
    </>
  );
}

/** So many of the latest items the API looks at; of fewer no more are remembered. */
const REMEMBERED = 200;

function Rest({ troubles }: { troubles: TraitTroubles }) {
  const { lastEventAt, lookedAt, refused, newest } = troubles.rest;
  const toDoor = (
    <Link to="/sources/$id" params={{ id: "rest" }} className="hw-link">
      The REST door
    </Link>
  );
  if (lookedAt === 0)
    return (
      <Text size="sm">
        {lastEventAt ? (
          <>
            Its last event came <When at={lastEventAt} />. What it refused before the server was started is not remembered.
          </>
        ) : (
          "Nothing has come by it."
        )}{" "}
        {toDoor}
      </Text>
    );
  return (
    <>
      <Text size="sm">
        {refused === 0
          ? lookedAt === 1
            ? "The latest item was taken."
            : `All of the latest ${lookedAt} items were taken.`
          : `${refused} of the latest ${lookedAt} items ${refused === 1 ? "was" : "were"} refused. The answer said why:`}{" "}
        {refused === 0 && toDoor}
      </Text>
      {newest.length > 0 && (
        <ul className="hw-events" aria-label="Refused at the REST door" style={{ marginBlock: "0.5rem" }}>
          {newest.map(({ at, type, name, code, message }, index) => (
            <li key={`${at} ${index}`} className="hw-listed">
              <strong className="hw-mono">{code}</strong>
              <span style={{ flex: "1 1 14rem" }}>{message}</span>
              <span className="hw-event-who">
                {[type, name].filter(Boolean).join(" ")} <When at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <Text size="sm" c="dimmed">
        {lookedAt < REMEMBERED && "What came before the server was started is not looked at here. "}A call whose key is
        wrong is answered 401 and is not shown here: nobody knows whose it was.
      </Text>
    </>
  );
}

function Names({ troubles }: { troubles: TraitTroubles }) {
  const { slips, traits, people } = troubles;
  return (
    <>
      {slips.length > 0 ? (
        <ul className="hw-events" aria-label="Names that look like slips">
          {slips.map((slip) => (
            <li key={slip.name} className="hw-listed">
              <span>
                <strong className="hw-mono">
                  <Shown text={slip.name} />
                </strong>
                : {slipInWords(slip)}
              </span>
              <span className="hw-event-who">
                {slip.people.toLocaleString("en")} {slip.people === 1 ? "person has" : "people have"} it
                {slip.kind !== "blank" && (
                  <>
                    , {slip.likePeople === 0 ? "nobody has" : slip.likePeople === 1 ? "1 has" : `${slip.likePeople.toLocaleString("en")} have`}{" "}
                    <Shown text={slip.like} />
                  </>
                )}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <Text size="sm">
          {traits.length === 0 ? "There are no traits yet." : "No name looks like a slip of another one."}
        </Text>
      )}
      {traits.length > 0 && (
        <details style={{ marginBlockStart: "0.5rem" }}>
          <summary>All trait names of the {people.lookedAt.toLocaleString("en")} people seen last</summary>
          <ul className="hw-chips" aria-label="Trait names" style={{ marginBlockStart: "0.5rem" }}>
            {traits.map(({ name, people: count }) => (
              <li key={name}>
                <span className="hw-mono">
                  <Shown text={name} />
                </span>{" "}
                <span className="hw-aside">{count.toLocaleString("en")}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
