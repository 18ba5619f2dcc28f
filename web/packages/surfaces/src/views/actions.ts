/** What a click does, as far as a link can do it by itself: so that it can be opened in a tab of its own, too. */

import { linkTo } from "../addresses";
import type { Action, Block } from "../model";
import { fill, fillAddress, type Look } from "../variables";

export function actionsOf(block: Block): Action[] {
  const { actions } = block.props;
  return Array.isArray(actions) ? (actions as Action[]) : [];
}

export interface Link {
  href: string;
  rel: "noopener";
  target?: "_blank";
}

/** Where the block's link leads; undefined when it has none, or one that may not be. */
export function linkOf(block: Block, look: Look): Link | undefined {
  const action = actionsOf(block).find(({ type }) => type === "url" || type === "email");
  const href = action && hrefOf(action, look);
  if (!href) return undefined;
  return { href, rel: "noopener", target: action.type === "url" && action.newTab ? "_blank" : undefined };
}

export function hrefOf(action: Action, look: Look): string | undefined {
  if (action.type === "url") return linkTo(fillAddress(String(action.href), look, true));
  if (action.type !== "email") return undefined;
  const subject = action.subject ? `?subject=${encodeURIComponent(fill(action.subject, look))}` : "";
  const to = fill(action.to, look);
  return to && `mailto:${encodeURIComponent(to).replace(/%40/g, "@")}${subject}`;
}

/** A form's own button: the first thing it does is to submit. */
export function submits(block: Block): boolean {
  return actionsOf(block)[0]?.type === "submit";
}
