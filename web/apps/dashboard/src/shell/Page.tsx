/** The head of every screen: its title in the tab and as the one h1, which takes the focus when the screen opens. */

import { Group, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { Shown } from "../parts/Shown";

let opened = 0;

export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · headwater`;
  }, [title]);
}

/**
 * Moves the focus to the heading on each change of screen, but not when the app itself has just been opened. It does so
 * as the screen is drawn: a moment later somebody may be in one of its fields already.
 */
export function useHeadingFocus(place: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    opened += 1;
    if (opened > firstOpening) heading.current?.focus({ preventScroll: true });
  }, [place]);
  return heading;
}

// React's strict mode runs the first effect twice in development.
const firstOpening = import.meta.env.DEV ? 2 : 1;

type PageProps = {
  title: string;
  /** What tells this screen from another of the same title. */
  place?: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
};

export function Page({ title, place, lead, actions, children }: PageProps) {
  usePageTitle(title);
  const heading = useHeadingFocus(place ?? title);
  return (
    <>
      <Group justify="space-between" align="flex-start" mb="md" gap="sm">
        <div style={{ minWidth: 0 }}>
          <Title order={1} ref={heading} tabIndex={-1}>
            <Shown text={title} />
          </Title>
          {typeof lead === "string" ? (
            <Text c="dimmed" maw="62rem">
              {lead}
            </Text>
          ) : (
            lead && <div style={{ marginBlockStart: "0.35rem" }}>{lead}</div>
          )}
        </div>
        {actions}
      </Group>
      {children}
    </>
  );
}
