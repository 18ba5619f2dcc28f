/** One destination of the catalogue: what it takes, how it is set up, what to do when something is wrong. */

import { Alert, Anchor, Badge, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { catalogDestinationQuery } from "../../api/sendingQueries";
import type { CatalogDestination } from "../../api/types";
import { CatalogLink } from "../../parts/CatalogLink";
import { Failed, Loading } from "../../parts/States";
import { LinkIcon, PlusIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";

const route = getRouteApi("/inside/catalog/destinations/$slug");

export function DestinationEntry() {
  const { slug } = route.useParams();
  const { data: entry, error, isPending, refetch } = useQuery(catalogDestinationQuery(slug));
  if (isPending) return <Loading what="the destination" />;
  if (error) {
    return (
      <Page title="Catalogue of destinations">
        <Failed what="show this destination" error={error} retry={() => void refetch()} />
      </Page>
    );
  }
  return (
    <Page
      title={entry.name}
      place={`destination entry ${slug}`}
      lead={<Marks entry={entry} />}
      actions={
        entry.refusal || !entry.offered ? undefined : (
          <Button
            renderRoot={(props) => <Link to="/catalog/destinations/$slug/add" params={{ slug }} {...props} />}
            leftSection={<PlusIcon />}
          >
            Add Destination
          </Button>
        )
      }
    >
      <Stack gap="lg">
        {entry.refusal && (
          <Alert color="amber" variant="outline" title="Not for this workspace">
            {entry.refusal}
          </Alert>
        )}
        <About entry={entry} />
        <Steps entry={entry} />
        <Mapping entry={entry} />
        <Troubles entry={entry} />
      </Stack>
    </Page>
  );
}

function Marks({ entry }: { entry: CatalogDestination }) {
  return (
    <Group gap="xs">
      <Badge variant="default">destination</Badge>
      <Badge variant="default">{entry.status}</Badge>
      <Badge variant="default">regions: {entry.regions.join(", ")}</Badge>
    </Group>
  );
}

function About({ entry }: { entry: CatalogDestination }) {
  return (
    <section className="hw-card" aria-label="About">
      <Text mb="sm">{entry.description}</Text>
      <dl className="hw-terms">
        <Term name="Takes">{entry.eventNames.length > 0 ? entry.eventNames.join(", ") : entry.calls.join(", ")}</Term>
        <Term name="Maintained by">
          {entry.maintainer.name}
          {entry.maintainer.contact && <> · {entry.maintainer.contact}</>}
        </Term>
        <Term name="Checked against">{entry.verified}</Term>
        {entry.related && (
          <Term name="Related source">
            <CatalogLink kind="source" slug={entry.related} />
          </Term>
        )}
        {entry.docs && (
          <Term name="Documentation">
            <Anchor href={entry.docs} target="_blank" rel="noreferrer" inherit>
              {entry.docs.replace(/^https?:\/\//, "")} <LinkIcon size={14} />
              <span className="hw-sr"> (opens in a new tab)</span>
            </Anchor>
          </Term>
        )}
      </dl>
    </section>
  );
}

function Term({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <>
      <Text component="dt" size="sm" c="dimmed">
        {name}
      </Text>
      <Text component="dd" size="sm" m={0}>
        {children}
      </Text>
    </>
  );
}

function Steps({ entry }: { entry: CatalogDestination }) {
  if (entry.setup.length === 0) return null;
  return (
    <section className="hw-card" aria-labelledby="set-up">
      <Title order={2} id="set-up" mb="sm">
        Set-up
      </Title>
      <ol className="hw-steps">
        {entry.setup.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
    </section>
  );
}

function Mapping({ entry }: { entry: CatalogDestination }) {
  const fields = Object.entries(entry.mapping);
  if (fields.length === 0) return null;
  return (
    <section className="hw-card" aria-labelledby="mapping">
      <Title order={2} id="mapping" mb="sm">
        Mapping
      </Title>
      <div className="hw-scroll" tabIndex={0} role="region" aria-label="Fields and paths">
        <table className="hw-table hw-pairs">
          <caption className="hw-sr">Field of the destination and where its value comes from</caption>
          <tbody>
            {fields.map(([field, path]) => (
              <tr key={field}>
                <th scope="row" className="hw-mono">
                  {field}
                </th>
                <td className="hw-mono">{path}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

export function Troubles({ entry }: { entry: CatalogDestination }) {
  if (entry.troubles.length === 0) return null;
  return (
    <section className="hw-card" aria-labelledby="troubles">
      <Title order={2} id="troubles" mb="sm">
        Troubleshooting
      </Title>
      <dl style={{ margin: 0 }}>
        {entry.troubles.map(({ sign, remedy }) => (
          <div key={sign} style={{ marginBlockEnd: "0.6rem" }}>
            <Text component="dt" fw={600} size="sm">
              {sign}
            </Text>
            <Text component="dd" size="sm" m={0}>
              {remedy}
            </Text>
          </div>
        ))}
      </dl>
    </section>
  );
}
