/** Copying to the clipboard, said aloud: the button's text changes and a live region tells what was copied. */

import { Button, VisuallyHidden } from "@mantine/core";
import { useEffect, useState } from "react";
import { CheckIcon, CopyIcon, WarningIcon } from "../shell/icons";

const SHOWN_MS = 2_500;

export function CopyButton({ text, what }: { text: string; what: string }) {
  const [outcome, setOutcome] = useState<"none" | "copied" | "failed">("none");
  useEffect(() => {
    if (outcome === "none") return;
    const timer = setTimeout(() => setOutcome("none"), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const Icon = outcome === "copied" ? CheckIcon : outcome === "failed" ? WarningIcon : CopyIcon;
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<Icon size={16} />}
        onClick={async () => setOutcome((await copy(text)) ? "copied" : "failed")}
      >
        {outcome === "copied" ? "Copied" : outcome === "failed" ? "Not copied" : "Copy"}
        <VisuallyHidden>&nbsp;{what}</VisuallyHidden>
      </Button>
      <VisuallyHidden role="status">
        {outcome === "copied" ? `Copied ${what}` : outcome === "failed" ? `Could not copy ${what}` : ""}
      </VisuallyHidden>
    </>
  );
}

/** Pages served over plain http from another host have no clipboard API; the old command still works there. */
async function copy(text: string): Promise<boolean> {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused (no permission, no focus): the old way is tried.
    }
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("readonly", "");
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  const focused = document.activeElement;
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return done;
}
