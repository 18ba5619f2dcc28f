/** The dashboard's own line icons: 24 units square, drawn with the text's colour, silent to screen readers. */

import type { ReactNode } from "react";

export function icon(children: ReactNode, name: string) {
  function Icon({ size = 18 }: { size?: number }) {
    return (
      <svg
        width={size}
        height={size}
        viewBox="0 0 24 24"
        fill="none"
        stroke="currentColor"
        strokeWidth={2}
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
        style={{ flex: "none" }}
      >
        {children}
      </svg>
    );
  }
  Icon.displayName = name;
  return Icon;
}

export const CheckIcon = icon(<path d="M5 12.5l4.5 4.5L19 7.5" />, "CheckIcon");
export const CopyIcon = icon(
  <>
    <rect x="9" y="9" width="11" height="11" rx="2" />
    <path d="M5 15H4a1 1 0 0 1-1-1V5a2 2 0 0 1 2-2h9a1 1 0 0 1 1 1v1" />
  </>,
  "CopyIcon",
);
export const PauseIcon = icon(<path d="M9 5v14M15 5v14" />, "PauseIcon");
export const PlayIcon = icon(<path d="M7 5l12 7-12 7z" />, "PlayIcon");
export const SearchIcon = icon(
  <>
    <circle cx="11" cy="11" r="6.5" />
    <path d="M16 16l4.5 4.5" />
  </>,
  "SearchIcon",
);
export const WarningIcon = icon(<path d="M12 4l9 16H3zM12 10v4M12 17v.2" />, "WarningIcon");
export const BlockIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M6 6l12 12" />
  </>,
  "BlockIcon",
);
export const ClockIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.5" />
    <path d="M12 7v5l3.5 2" />
  </>,
  "ClockIcon",
);
export const TwinIcon = icon(
  <>
    <rect x="4" y="4" width="11" height="11" rx="2" />
    <rect x="9" y="9" width="11" height="11" rx="2" />
  </>,
  "TwinIcon",
);
export const ChevronIcon = icon(<path d="M9 5l7 7-7 7" />, "ChevronIcon");
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />, "PlusIcon");
export const DownloadIcon = icon(<path d="M12 4v11M7 10.5l5 5 5-5M4 20h16" />, "DownloadIcon");
export const PersonIcon = icon(
  <>
    <circle cx="12" cy="8" r="4" />
    <path d="M4 20c1-4 4-6 8-6s7 2 8 6" />
  </>,
  "PersonIcon",
);
export const OutIcon = icon(<path d="M14 5h5v14h-5M15 12H4M8 8l-4 4 4 4" />, "OutIcon");
export const LinkIcon = icon(<path d="M13 5h6v6M19 5l-9 9M17 14v5H5V7h5" />, "LinkIcon");
export const TrashIcon = icon(<path d="M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5" />, "TrashIcon");
export const TableIcon = icon(<path d="M4 5h16v14H4zM4 10h16M10 10v9" />, "TableIcon");
export const PencilIcon = icon(<path d="M4 20l1-5L16 4l4 4L9 19zM13 7l4 4" />, "PencilIcon");
export const UploadIcon = icon(<path d="M12 15V4M7 8.5l5-5 5 5M4 20h16" />, "UploadIcon");
export const EarlierIcon = icon(<path d="M19 12H5M11 6l-6 6 6 6" />, "EarlierIcon");
export const LaterIcon = icon(<path d="M5 12h14M13 6l6 6-6 6" />, "LaterIcon");
export const EyeIcon = icon(
  <>
    <path d="M2 12c3-5 6.5-7 10-7s7 2 10 7c-3 5-6.5 7-10 7s-7-2-10-7z" />
    <circle cx="12" cy="12" r="3" />
  </>,
  "EyeIcon",
);
export const TargetIcon = icon(
  <>
    <circle cx="12" cy="12" r="7" />
    <path d="M12 2v6M12 16v6M2 12h6M16 12h6" />
  </>,
  "TargetIcon",
);
