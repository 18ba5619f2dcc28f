/** One person: ids, traits, groups, segments, what they did, and why they are in a segment or not. */

import { Badge, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { personQuery, personSegmentsQuery } from "../../api/peopleQueries";
import type { Person as PersonValue } from "../../api/types";
import { Failed, Loading } from "../../parts/States";
import { Shown } from "../../parts/Shown";
import { When } from "../../parts/When";
import { Page } from "../../shell/Page";
import { leaves } from "../sources/payload";
import { Explain } from "./Explain";
import { Held } from "./Held";
import { nameOf } from "./names";
import { Timeline } from "./Timeline";

const route = getRouteApi("/inside/people/$id");

export function Person() {
  const { id } = route.useParams();
  const { data: person, error, isPending, refetch } = useQuery(personQuery(id));
  if (isPending) return <Loading what="the person" lines={4} />;
  if (error && !person) {
    return (
      <Page title="Person" lead={<ToPeople />}>
        <Failed what="show this person" error={error} retry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <Page title={nameOf(person)} place={`person ${id}`} lead={<Facts person={person} />}>
      <div className="hw-two">
        <Stack gap="lg">
          <Timeline id={id} />
          <Explain id={id} />
        </Stack>
        <Stack gap="lg">
          <Traits person={person} />
          <Ids person={person} />
          <Segments person={person} />
          {person.groups.length > 0 && <Groups person={person} />}
          <Card id="held" title="What is held of them">
            <Held person={person} />
          </Card>
        </Stack>
      </div>
    </Page>
  );
}

function ToPeople() {
  return (
    <Link to="/people" className="hw-link">
      ‹ People
    </Link>
  );
}

function Facts({ person }: { person: PersonValue }) {
  return (
    <Stack gap={4}>
      <ToPeople />
      <Group gap="sm">
        <Text size="sm" span>
          First seen <When at={person.firstSeenAt} />
        </Text>
        <Text size="sm" span>
          Last seen <When at={person.lastSeenAt} />
        </Text>
        {!person.identified && (
          <Badge variant="outline" color="amber">
            no identify with traits yet
          </Badge>
        )}
      </Group>
    </Stack>
  );
}

function Card({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section className="hw-card" aria-labelledby={id}>
      <Title order={2} id={id} mb="xs">
        {title}
      </Title>
      {children}
    </section>
  );
}

function Traits({ person }: { person: PersonValue }) {
  const pairs = Object.keys(person.traits).length > 0 ? leaves(person.traits) : [];
  return (
    <Card id="traits" title="Traits">
      {pairs.length > 0 ? (
        <Pairs what="The traits of the person" pairs={pairs} />
      ) : (
        <Text size="sm">
          None. Traits come by identify calls; until one came, the person is in Everyone alone.{" "}
          <Link to="/people/troubleshooting" className="hw-link">
            Traits are not appearing?
          </Link>
        </Text>
      )}
    </Card>
  );
}

function Pairs({ what, pairs }: { what: string; pairs: { path: string; value: string }[] }) {
  return (
    <div className="hw-scroll" tabIndex={0} role="region" aria-label={what} style={{ maxHeight: "24rem" }}>
      <table className="hw-table hw-pairs">
        <caption className="hw-sr">{what}</caption>
        <tbody>
          {pairs.map(({ path, value }) => (
            <tr key={path}>
              <th scope="row" className="hw-mono">
                <Shown text={path} />
              </th>
              <td className="hw-mono">{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Ids({ person }: { person: PersonValue }) {
  const kinds: [string, string[]][] = [
    ["User ids", person.userIds],
    ["Anonymous ids", person.anonymousIds],
    ["External ids", person.externalIds],
    ["Here", [person.id]],
  ];
  const refused = Object.entries(person.refusedMerges);
  return (
    <Card id="ids" title="Ids">
      <dl className="hw-terms">
        {kinds
          .filter(([, ids]) => ids.length > 0)
          .map(([kind, ids]) => (
            <div key={kind} style={{ display: "contents" }}>
              <Text component="dt" size="sm" c="dimmed">
                {kind}
              </Text>
              <dd className="hw-mono" style={{ margin: 0 }}>
                {ids.map((id) => (
                  <div key={id}>
                    <Shown text={id} />
                  </div>
                ))}
              </dd>
            </div>
          ))}
      </dl>
      {refused.length > 0 && (
        <>
          <Title order={3} mt="sm" mb={4}>
            Refused merges
          </Title>
          <Text size="sm" mb={4}>
            Events said that this is somebody else as well, and were not believed:
          </Text>
          <ul className="hw-plain" aria-label="Refused merges">
            {refused.map(([reason, count]) => (
              <li key={reason}>
                <Text size="sm" span>
                  {count === 1 ? "once" : `${count} times`}: {MERGES[reason] ?? reason.replaceAll("_", " ")}
                </Text>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function Segments({ person }: { person: PersonValue }) {
  const { data } = useQuery(personSegmentsQuery(person.id));
  const mine = data?.data.filter(({ member }) => member) ?? person.segments.map((id) => ({ id, name: id }));
  return (
    <Card id="segments" title="Segments">
      <ul className="hw-chips" aria-label="Segments of the person">
        {mine.map(({ id, name }) => (
          <li key={id}>
            <Link to="/segments/$id" params={{ id }} className="hw-link">
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Groups({ person }: { person: PersonValue }) {
  return (
    <Card id="groups" title="Groups">
      <Stack gap="sm">
        {person.groups.map(({ id, traits, since }) => (
          <div key={id}>
            <Text size="sm" mb={4}>
              <strong>
                <Shown text={id} />
              </strong>
              {since && (
                <>
                  {" "}
                  since <When at={since} />
                </>
              )}
            </Text>
            {Object.keys(traits).length > 0 && <Pairs what={`The traits of the group ${id}`} pairs={leaves(traits)} />}
          </div>
        ))}
      </Stack>
    </Card>
  );
}

/** Why an event's claim that two are one was not believed, in words. */
const MERGES: Record<string, string> = {
  user_id_limit: "two people would have become one with too many user ids",
  known_to_another: "an external id belongs to somebody with another user id",
  alias_unproven: "a page alone cannot make two users one where ids are to be signed",
};
