import { Anchor, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

/** Where one is: Settings > Integrations. */
export function Back() {
  return (
    <Text size="sm" component="nav" aria-label="Where this is">
      Settings ›{" "}
      <Anchor component={Link} to="/settings/integrations" inherit>
        Integrations
      </Anchor>
    </Text>
  );
}
