/** What became of an event, in a word and a sign, never by colour alone. */

import { Badge } from "@mantine/core";
import type { DebugEvent } from "../../api/types";
import { BlockIcon, CheckIcon, ClockIcon, TwinIcon, WarningIcon } from "../../shell/icons";

type Look = { word: string; Icon: typeof CheckIcon; meaning: string; color?: string };

const LOOKS: Record<string, Look> = {
  clean: { word: "clean", Icon: CheckIcon, meaning: "It goes on to the warehouse and the other readers." },
  duplicate: { word: "duplicate", Icon: TwinIcon, meaning: "The same messageId was seen before; it counts once." },
  dropped: {
    word: "dropped",
    color: "amber",
    Icon: BlockIcon,
    meaning: "The sender was answered 200; the event goes no further.",
  },
  parked: { word: "parked", color: "amber", Icon: ClockIcon, meaning: "It is kept, and goes on once it is released." },
  rejected: {
    word: "rejected",
    color: "brick",
    Icon: BlockIcon,
    meaning: "The sender was told why; nothing was stored.",
  },
};

export function fateOf(event: Pick<DebugEvent, "fate">): Look {
  return LOOKS[event.fate] ?? { word: event.fate, Icon: ClockIcon, meaning: "" };
}

export function FateMark({ event }: { event: Pick<DebugEvent, "fate"> }) {
  const { word, Icon, color } = fateOf(event);
  return (
    <Badge variant={color ? "outline" : "default"} color={color} leftSection={<Icon size={12} />} component="span">
      {word}
    </Badge>
  );
}

export function ViolationMark({ event }: { event: DebugEvent }) {
  const count = event.violations.length;
  if (count === 0) return null;
  return (
    <Badge variant="outline" color="amber" leftSection={<WarningIcon size={12} />} component="span">
      {count === 1 ? "1 violation" : `${count} violations`}
    </Badge>
  );
}
