import type { ComponentProps, MouseEvent } from "react";

type Props = ComponentProps<"button"> & { "data-loading"?: boolean };

/** While its work is under way a button takes no press, but keeps the focus, which one that is disabled would lose. */
export function busyButton({ "data-loading": isBusy, ...props }: Props) {
  if (!isBusy) return <button {...props} />;
  return <button {...props} data-loading disabled={false} aria-disabled aria-busy onClick={refuse} />;
}

function refuse(event: MouseEvent) {
  event.preventDefault();
  event.stopPropagation();
}
