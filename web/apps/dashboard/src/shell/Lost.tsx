import { Alert, Anchor, Button, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Page } from "./Page";

export function NotFound() {
  return (
    <main className="hw-main" id="content">
      <Page title="No such page">
        <Text>There is nothing at this address.</Text>
        <Anchor component={Link} to="/sources">
          Go to the sources
        </Anchor>
      </Page>
    </main>
  );
}

export function Crashed({ error }: { error: unknown }) {
  return (
    <main className="hw-main" id="content">
      <Page title="This screen could not be shown">
        <Alert color="brick" variant="outline" title="What went wrong" mb="md">
          {error instanceof Error ? error.message : String(error)}
        </Alert>
        <Button onClick={() => window.location.reload()}>Load the page again</Button>
      </Page>
    </main>
  );
}
