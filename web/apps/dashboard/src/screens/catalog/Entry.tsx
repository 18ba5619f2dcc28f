/** One entry of the catalogue: what it is, who answers for it, what it sends, how it is set up. */

import { Alert, Anchor, Button, Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { catalogQuery, catalogSourceQuery, destinationQuery, workspaceQuery } from "../../api/queries";
import type { CatalogEntry } from "../../api/types";
import { Failed, Loading } from "../../parts/States";
import { LinkIcon, PlusIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { Events } from "./Events";
import { Marks } from "./Marks";
import { regionRefusal } from "./region";

const sourceRoute = getRouteApi("/inside/catalog/sources/$slug");
const destinationRoute = getRouteApi("/inside/catalog/destinations/$slug");

export function SourceEntry() {
  const { slug } = sourceRoute.useParams();
  const { data: entry, error, isPending, refetch } = useQuery(catalogSourceQuery(slug));
  const { data: workspace } = useQuery(workspaceQuery);
  if (isPending) return <Loading what="the catalogue entry" />;
  if (error) return <Missing what="source" error={error} retry={() => void refetch()} />;
  const refusal = regionRefusal(entry, workspace?.region);
  return (
    <Page
      title={entry.name}
      place={`source ${slug}`}
      lead={<Marks entry={entry} />}
      actions={
        refusal ? undefined : (
          <Button
            renderRoot={(props) => <Link to="/catalog/sources/$slug/add" params={{ slug }} {...props} />}
            leftSection={<PlusIcon />}
          >
            Add Source
          </Button>
        )
      }
    >
      <Stack gap="lg">
        {refusal && (
          <Alert color="yellow" variant="outline" title="Not for this workspace">
            {refusal}
          </Alert>
        )}
        <About entry={entry} />
        {entry.related && <RelatedDestination slug={entry.related} />}
        <SetUp entry={entry} />
        <Events entry={entry} />
      </Stack>
    </Page>
  );
}

export function DestinationEntry() {
  const { slug } = destinationRoute.useParams();
  const { data: entry, error, isPending, refetch } = useQuery(destinationQuery(slug));
  if (isPending) return <Loading what="the catalogue entry" />;
  if (error) return <Missing what="destination" error={error} retry={() => void refetch()} />;
  return (
    <Page title={`${entry.name} (destination)`} place={`destination ${slug}`} lead={<Marks entry={entry} />}>
      <Stack gap="lg">
        <About entry={entry} />
        <RelatedSource slug={entry.related ?? slug} />
        <SetUp entry={entry} />
      </Stack>
    </Page>
  );
}

function Missing({ what, error, retry }: { what: string; error: Error; retry: () => void }) {
  return (
    <Page title={`No such ${what}`}>
      <Stack>
        <Failed what={`show this ${what}`} error={error} retry={retry} />
        <Anchor component={Link} to="/catalog">
          Back to the catalogue
        </Anchor>
      </Stack>
    </Page>
  );
}

function About({ entry }: { entry: CatalogEntry }) {
  const contact = entry.maintainer.contact;
  return (
    <section className="hw-card" aria-label="About">
      <Text mb="sm">{entry.description}</Text>
      {entry.statusNote && (
        <Text size="sm" c="dimmed" mb="sm">
          {entry.statusNote}
        </Text>
      )}
      <Group gap="xs" component="dl" m={0} style={{ display: "grid", gridTemplateColumns: "auto minmax(0,1fr)" }}>
        <Term name="Categories">{entry.categories.join(", ")}</Term>
        <Term name="Maintained by">{entry.maintainer.name}</Term>
        {contact && (
          <Term name="Support">
            <Anchor href={contact.includes("@") && !contact.includes(":") ? `mailto:${contact}` : contact}>
              {contact.replace(/^mailto:/, "")}
            </Anchor>
          </Term>
        )}
        {entry.docs && (
          <Term name="Documentation">
            <Anchor href={entry.docs} target="_blank" rel="noreferrer">
              {entry.docs.replace(/^https?:\/\//, "")} <LinkIcon size={14} />
              <span className="hw-sr"> (opens in a new tab)</span>
            </Anchor>
          </Term>
        )}
      </Group>
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

/** A link to the other half of the tool, once the catalogue has it. */
function RelatedDestination({ slug }: { slug: string }) {
  const { data } = useQuery(destinationQuery(slug));
  if (!data) return null;
  return (
    <Alert variant="outline" title={`There is a ${data.name} destination too`}>
      This page is about the source, which sends events here. The destination takes events from here:{" "}
      <Anchor component={Link} to="/catalog/destinations/$slug" params={{ slug } as never}>
        {data.name} destination
      </Anchor>
    </Alert>
  );
}

function RelatedSource({ slug }: { slug: string }) {
  const { data } = useQuery(catalogQuery(""));
  const source = data?.data.find((each) => each.slug === slug || each.related === slug);
  if (!source) return null;
  return (
    <Alert variant="outline" title={`There is a ${source.name} source too`}>
      This page is about the destination, which takes events from here. The source sends events here:{" "}
      <Anchor component={Link} to="/catalog/sources/$slug" params={{ slug: source.slug } as never}>
        {source.name} source
      </Anchor>
    </Alert>
  );
}

function SetUp({ entry }: { entry: CatalogEntry }) {
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
