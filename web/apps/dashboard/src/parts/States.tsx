/** The three things a screen shows instead of data: it comes, it failed, there is none. */

import { Alert, Button, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

export function Loading({ what, lines = 3 }: { what: string; lines?: number }) {
  return (
    <Stack gap="sm" role="status" aria-label={`Loading ${what}`}>
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={line === 0 ? 28 : 64} radius="md" />
      ))}
    </Stack>
  );
}

export function Failed({ what, error, retry }: { what: string; error: Error; retry?: () => void }) {
  return (
    <Alert color="brick" variant="outline" title={`Could not ${what}`} role="alert">
      <Text size="sm" mb={retry ? "sm" : 0}>
        {error.message}
      </Text>
      {retry && (
        <Button size="xs" variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="hw-card" style={{ textAlign: "center", paddingBlock: "2.5rem" }}>
      <Title order={2} mb="xs">
        {title}
      </Title>
      {children}
    </div>
  );
}
