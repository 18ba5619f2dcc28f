/** Where an event stands at a reader, in a word and a sign. */

import { Badge } from "@mantine/core";
import { BlockIcon, CheckIcon, ClockIcon, WarningIcon } from "../../shell/icons";

export const READER_LOOKS: Record<string, { Icon: typeof CheckIcon; meaning: string; color?: string }> = {
  done: { Icon: CheckIcon, meaning: "It was taken." },
  pending: { Icon: ClockIcon, meaning: "It is on its way there." },
  dead: { Icon: WarningIcon, color: "brick", meaning: "It was given up." },
  skipped: { Icon: BlockIcon, meaning: "It was not for this reader." },
};

export function ReaderMark({ status }: { status: string }) {
  const { Icon = ClockIcon, color } = READER_LOOKS[status] ?? {};
  return (
    <Badge variant={color ? "outline" : "default"} color={color} leftSection={<Icon size={12} />} component="span">
      {status}
    </Badge>
  );
}
