import { Modal } from "@mantine/core";
import { type ReactNode, useLayoutEffect, useRef } from "react";

/** A question in a window of its own: the focus stays inside, Escape closes it and gives the focus back. */
export function Dialog({
  title,
  isOpen,
  onClose,
  size = "md",
  children,
}: {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  size?: "md" | "lg" | "xl";
  children: ReactNode;
}) {
  const giveBack = useFocusReturn(isOpen);
  return (
    <Modal.Root opened={isOpen} onClose={onClose} size={size} returnFocus={false} onExitTransitionEnd={giveBack}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body pt="md">
          <Modal.Title component="h2" fw={650} mb="sm">
            {title}
          </Modal.Title>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/**
 * The library notes who had the focus only after painting: on a busy machine that is the dialog itself by then.
 * Given back at once, and once more when the dialog has gone, should the focus have gone with it.
 */
function useFocusReturn(isOpen: boolean): () => void {
  const opener = useRef<Element | null>(null);
  useLayoutEffect(() => {
    if (isOpen) opener.current = document.activeElement;
    else focus(opener.current);
  }, [isOpen]);
  return () => {
    const held = document.activeElement;
    if (held === null || held === document.body || held.closest("[role=dialog]")) focus(opener.current);
  };
}

function focus(element: Element | null) {
  if (element instanceof HTMLElement) element.focus({ preventScroll: true });
}
