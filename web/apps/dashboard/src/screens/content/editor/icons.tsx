/** The editor's own signs, drawn like those of the dashboard. */

import { icon } from "../../../shell/icons";

export const UndoIcon = icon(<path d="M4 9h10a5 5 0 0 1 0 10h-4M8 5L4 9l4 4" />, "UndoIcon");
export const RedoIcon = icon(<path d="M20 9H10a5 5 0 0 0 0 10h4M16 5l4 4-4 4" />, "RedoIcon");
export const UpIcon = icon(<path d="M12 19V5M6 11l6-6 6 6" />, "UpIcon");
export const DownIcon = icon(<path d="M12 5v14M6 13l6 6 6-6" />, "DownIcon");
export const InIcon = icon(<path d="M4 5v9h12M12 9l5 5-5 5" />, "InIcon");
export const OutIcon = icon(<path d="M20 19v-9H8M12 5L7 10l5 5" />, "OutIcon");
export const PenIcon = icon(<path d="M4 20l1-5L16 4l4 4L9 19zM14 6l4 4" />, "PenIcon");
export const BoldIcon = icon(<path d="M7 5h6a3.5 3.5 0 0 1 0 7H7zM7 12h7a3.5 3.5 0 0 1 0 7H7z" />, "BoldIcon");
export const ItalicIcon = icon(<path d="M10 5h7M7 19h7M14 5l-4 14" />, "ItalicIcon");
export const LinkIcon = icon(
  <path d="M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1" />,
  "LinkIcon",
);
export const BracesIcon = icon(
  <path d="M9 4c-3 0-2 3-2 5s-1 3-3 3c2 0 3 1 3 3s-1 5 2 5M15 4c3 0 2 3 2 5s1 3 3 3c-2 0-3 1-3 3s1 5-2 5" />,
  "BracesIcon",
);
