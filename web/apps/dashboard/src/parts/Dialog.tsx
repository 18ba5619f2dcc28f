import { Modal } from "@mantine/core";
import { type ReactNode, useLayoutEffect, useRef } from "react";

type Props = {
  title: string;
  isOpen: boolean;
  onClose: () => void;
  size?: "md" | "lg" | "xl";
  children: ReactNode;
};

/**
 * A question in a window of its own: the focus stays inside, Escape closes it and gives the focus back. What it asks
 * about may be gone once it is closed: until it has faded out, it shows what it showed last.
 */
export function Dialog({ isOpen, onClose, size = "md", ...asked }: Props) {
  const { title, children } = useLast(asked, isOpen);
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

function useLast<Value>(value: Value, isOpen: boolean): Value {
  const last = useRef(value);
  useLayoutEffect(() => {
    if (isOpen) last.current = value;
  });
  return isOpen ? value : last.current;
}

/**
 * The library notes who had the focus only after painting: on a busy machine that is the dialog itself by then.
 * Given back at once, and once more when the dialog has gone, should the focus have gone with it. Where the opener
 * itself is gone, as with the line of what was removed, the nearest of what stood around it gets the focus.
 */
function useFocusReturn(isOpen: boolean): () => void {
  const opener = useRef<Element[]>([]);
  useLayoutEffect(() => {
    if (isOpen) opener.current = withAncestors(document.activeElement);
    else focus(opener.current);
  }, [isOpen]);
  return () => {
    const held = document.activeElement;
    if (held === null || held === document.body || held.closest("[role=dialog]")) focus(opener.current);
  };
}

function withAncestors(element: Element | null): Element[] {
  const found: Element[] = [];
  for (let at = element; at && at !== document.body; at = at.parentElement) found.push(at);
  return found;
}

function focus(places: Element[]) {
  const place = places.find((each) => each.isConnected);
  if (!(place instanceof HTMLElement)) return;
  if (place !== places[0] && place.tabIndex < 0) place.tabIndex = -1;
  place.focus({ preventScroll: true });
}
