/** A button of the header that opens a small panel below it: plain controls, closed by Escape or by going elsewhere. */

import { ActionIcon } from "@mantine/core";
import { type FocusEvent, type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";

export function Panel({ label, icon, children }: { label: string; icon: ReactNode; children: ReactNode }) {
  const [isOpen, setOpen] = useState(false);
  const whole = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!isOpen) return;
    const close = (event: PointerEvent) => {
      if (!whole.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, [isOpen]);

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Escape" || !isOpen) return;
    setOpen(false);
    button.current?.focus();
  }
  function onBlur(event: FocusEvent) {
    if (event.relatedTarget && !whole.current?.contains(event.relatedTarget)) setOpen(false);
  }

  return (
    <div ref={whole} style={{ position: "relative" }} onKeyDown={onKeyDown} onBlur={onBlur}>
      <ActionIcon
        ref={button}
        variant="subtle"
        size="lg"
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {icon}
      </ActionIcon>
      {isOpen && (
        <div id={id} className="hw-panel">
          {children}
        </div>
      )}
    </div>
  );
}
