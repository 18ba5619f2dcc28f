/** How people come in, where nobody has yet: by a script in the page, by way of Segment, by a call of a back end. */

import { Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { meQuery, sourceQuery, workspaceQuery } from "../../api/queries";
import { CodeBlock } from "../../parts/CodeBlock";
import { pageSnippet, restSnippets } from "../sources/doorSnippets";

export function Ways() {
  const { data: me } = useQuery(meQuery);
  const { data: workspace } = useQuery(workspaceQuery);
  const { data: rest } = useQuery(sourceQuery("rest"));
  const url = me?.publicUrl ?? "";
  return (
    <section aria-labelledby="nobody">
      <Title order={2} id="nobody" mb="xs">
        Nobody has been seen yet
      </Title>
      <Text mb="md">
        People come in by identify calls: a user id, which is the id of your database or an e-mail address, and traits.
        There are three ways.
      </Text>
      <div className="hw-ways">
        <Way title="By a script in your pages" link={<Link to="/settings/workspaces">Client token and API keys</Link>}>
          <Text size="sm" mb="sm">
            It says who the user is, and what they do.
          </Text>
          {workspace && me && <CodeBlock code={pageSnippet(workspace.clientToken, url)} what="script for your pages" />}
        </Way>
        <Way title="By Segment" link={<Link to="/catalog">Add a source</Link>}>
          <Text size="sm" mb="sm">
            Any client of Segment sends here with the write key of a source, unchanged but for the host. To pass on what
            Segment has, add its Webhooks destination and give this address:
          </Text>
          {me && <CodeBlock code={`${url}/api/eventWebhook`} what="address for Segment's Webhooks destination" wrap />}
        </Way>
        <Way
          title="By a call of your back end"
          link={
            <Link to="/sources/$id" params={{ id: "rest" }}>
              The REST door
            </Link>
          }
        >
          <Text size="sm" mb="sm">
            It is answered with what is wrong, if something is.
          </Text>
          {me && (
            <CodeBlock code={restSnippets(rest?.writeKeys.at(-1) ?? "WRITE_KEY", url)[0]?.code ?? ""} what="call of the REST door" />
          )}
        </Way>
      </div>
    </section>
  );
}

function Way({ title, link, children }: { title: string; link: ReactNode; children: ReactNode }) {
  return (
    <section className="hw-card" aria-label={title}>
      <Title order={3} mb="xs">
        {title}
      </Title>
      {children}
      <Text size="sm" mt="sm" component="div" className="hw-way-link">
        {link}
      </Text>
    </section>
  );
}
