/** How far a content or one of its documents is: in a word, and what the word means. */

import { Badge } from "@mantine/core";
import type { ContentStatus } from "../../api/contentTypes";
import { BlockIcon, CheckIcon, ClockIcon, PencilIcon } from "../../shell/icons";

type Look = { label: string; meaning: string; color?: string; variant: string; Icon: typeof CheckIcon };

export const LOOKS: Record<ContentStatus, Look> = {
  draft: { label: "Draft", meaning: "Nobody sees it yet.", variant: "outline", color: "gray", Icon: PencilIcon },
  published: { label: "Published", meaning: "People see what stands here.", variant: "default", Icon: CheckIcon },
  changed: {
    label: "Changed",
    meaning: "People see what was published; what was changed since is a draft.",
    variant: "outline",
    color: "amber",
    Icon: ClockIcon,
  },
  archived: { label: "Archived", meaning: "Put away: nobody sees it.", variant: "outline", color: "gray", Icon: BlockIcon },
};

export const STATUSES = Object.keys(LOOKS) as ContentStatus[];

export function StatusMark({ status }: { status: ContentStatus }) {
  const { label, meaning, color, variant, Icon } = LOOKS[status];
  return (
    <Badge variant={variant} color={color} title={meaning} leftSection={<Icon size={12} />} component="span" className={`hw-status-${status}`}>
      {label}
    </Badge>
  );
}
