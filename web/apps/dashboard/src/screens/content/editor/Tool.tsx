import { ActionIcon } from "@mantine/core";
import type { ReactNode } from "react";

type Props = {
  label: string;
  children: ReactNode;
  /** There is nothing that it could do now. It keeps the focus all the same, which one that is disabled would lose. */
  isOff?: boolean;
  /** The keys that do the same, as screen readers tell them. */
  keys?: string;
  /** Its sign points along the text: the other way where that runs from right to left. */
  isMirrored?: boolean;
  /** What is selected in a text stays selected, and the text keeps the focus. */
  isBeside?: boolean;
  onPress: () => void;
};

/** A button of the editor with a sign for its face. */
export function Tool({ label, children, isOff = false, keys, isMirrored = false, isBeside = false, onPress }: Props) {
  return (
    <ActionIcon
      className={isMirrored ? "hw-tool hw-tool-mirrored" : "hw-tool"}
      variant="default"
      size="md"
      aria-label={label}
      title={label}
      aria-disabled={isOff || undefined}
      aria-keyshortcuts={keys}
      onClick={() => {
        if (!isOff) onPress();
      }}
      onMouseDown={isBeside ? (event) => event.preventDefault() : undefined}
    >
      {children}
    </ActionIcon>
  );
}
