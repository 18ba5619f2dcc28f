/** One entry of the catalogue: what it is, who answers for it, what it sends, how it is set up. */

import { Alert, Anchor, Button, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { catalogSourceQuery } from "../../api/queries";
import type { CatalogEntry } from "../../api/types";
import { CatalogLink } from "../../parts/CatalogLink";
import { Failed, Loading } from "../../parts/States";
import { LinkIcon, PlusIcon } from "../../shell/icons";
import { Page } from "../../shell/Page";
import { Events } from "./Events";
import { Marks } from "./Marks";

const route = getRouteApi("/inside/catalog/sources/$slug");

export function SourceEntry() {
  const { slug } = route.useParams();
  const { data: entry, error, isPending, refetch } = useQuery(catalogSourceQuery(slug));
  if (isPending) return <Loading what="the catalogue entry" />;
  if (error) return <Missing error={error} retry={() => void refetch()} />;
  return (
    <Page
      title={entry.name}
      place={`entry ${slug}`}
      lead={<Marks entry={entry} />}
      actions={
        entry.refusal ? undefined : (
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
        {entry.refusal && (
          <Alert color="amber" variant="outline" title="Not for this workspace">
            {entry.refusal}
          </Alert>
        )}
        <About entry={entry} />
        <SetUp entry={entry} />
        <Events entry={entry} />
      </Stack>
    </Page>
  );
}

function Missing({ error, retry }: { error: Error; retry: () => void }) {
  return (
    <Page title="Catalogue">
      <Stack align="flex-start">
        <Failed what="show this source" error={error} retry={retry} />
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
      <dl className="hw-terms">
        <Term name="Categories">{entry.categories.join(", ")}</Term>
        <Term name="Maintained by">{entry.maintainer.name}</Term>
        {contact && (
          <Term name="Support">
            <Anchor href={contact.includes("@") && !contact.includes(":") ? `mailto:${contact}` : contact}>
              {contact.replace(/^mailto:/, "")}
            </Anchor>
          </Term>
        )}
        {entry.related && (
          <Term name="Related destination">
            <CatalogLink kind="destination" slug={entry.related} />
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
