/** What an attempt or a connection has come to, in a word and a sign, never by colour alone. */

import { Badge } from "@mantine/core";
import type { AttemptStatus, ConnectionState } from "../../api/types";
import { BlockIcon, CheckIcon, ClockIcon, PauseIcon, WarningIcon } from "../../shell/icons";

type Look = { Icon: typeof CheckIcon; color?: string; meaning: string };

export const LOOKS: Record<AttemptStatus, Look> = {
  delivered: { Icon: CheckIcon, meaning: "The receiver answered with a 2xx." },
  failed: { Icon: WarningIcon, color: "brick", meaning: "It did not arrive; it is tried again." },
  pending: { Icon: ClockIcon, meaning: "It waits for its turn, or for the answer." },
  blocked: { Icon: BlockIcon, color: "brick", meaning: "The address is a private one and was not called." },
  skipped: { Icon: PauseIcon, color: "amber", meaning: "The connection was off. Recover sends it." },
  dead: { Icon: BlockIcon, color: "brick", meaning: "It is not tried again by itself. Resend sends it." },
};

export function AttemptMark({ status, code }: { status: AttemptStatus; code?: number | null }) {
  const { Icon, color } = LOOKS[status];
  return (
    <Badge variant={color ? "outline" : "default"} color={color} leftSection={<Icon size={12} />} component="span">
      {status}
      {code ? ` · ${code}` : ""}
    </Badge>
  );
}

type Switched = { enabled: boolean; paused: boolean; state?: ConnectionState | null };

/** Enabled, Disabled or paused; and whether it fares ill. */
export function ConnectionMarks({ enabled, paused, state }: Switched) {
  return (
    <span className="hw-event-marks" style={{ justifyContent: "flex-start" }}>
      <Badge
        variant={enabled ? "default" : "outline"}
        leftSection={enabled ? <CheckIcon size={12} /> : <BlockIcon size={12} />}
        component="span"
      >
        {enabled ? "Enabled" : "Disabled"}
      </Badge>
      {paused && (
        <Badge variant="outline" color="amber" leftSection={<PauseIcon size={12} />} component="span">
          paused
        </Badge>
      )}
      {enabled && state && state.breaker !== "closed" && (
        <Badge variant="outline" color="brick" leftSection={<WarningIcon size={12} />} component="span">
          not answering
        </Badge>
      )}
    </span>
  );
}
