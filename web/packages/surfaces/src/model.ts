/** What is shown, as it is stored: a document is a tree of blocks. The server's twin is `headwater/surfaces/model.py`. */

/** Where a document is shown: in the page beside the host's own elements, or over it. */
export type Kind = "inline" | "modal";

export interface Tree {
  kind: Kind;
  /** What a modal is called, for whoever cannot see it. */
  title?: string;
  size?: "small" | "medium" | "large";
  blocks: Block[];
}

export type BlockType =
  | "section"
  | "columns"
  | "column"
  | "heading"
  | "text"
  | "image"
  | "video"
  | "button"
  | "card"
  | "badge"
  | "divider"
  | "form"
  | "field"
  | "component";

export interface Block {
  /** Unique in its document: letters, digits, `_` and `-`, at most 32. The event's nodeId. */
  id: string;
  type: BlockType;
  props: Props;
  /** Only of section, columns, column, card and form. */
  blocks?: Block[];
}

/** A block's own settings; which there are follows from its type. */
export type Props = Record<string, unknown>;

/**
 * What a click does. Several may follow each other; `submit` stands first.
 *
 * `content` shows another content by its slug; `callback` calls a function that the page gave to `init`.
 */
export type Action =
  | { type: "url"; href: string; newTab?: boolean }
  | { type: "email"; to: string; subject?: string }
  | { type: "callback"; name: string }
  | { type: "track"; event: string }
  | { type: "content"; slug: string }
  | { type: "submit" }
  | { type: "dismiss" };

export type FieldKind = "text" | "area" | "choice" | "checkbox" | "email" | "number" | "scale";

/** A component of the host page, as the workspace's manifest describes it to authors. */
export interface ComponentEntry {
  name: string;
  kind: "element" | "react";
  /** The tag of a custom element. */
  tag?: string;
  title: string;
  props: ComponentProp[];
}

export interface ComponentProp {
  name: string;
  type: "string" | "number" | "boolean" | "choice";
  title?: string;
  default?: string | number | boolean;
  options?: string[];
}

export type Place = "before" | "after" | "inside" | "instead";

export type Frequency =
  | { kind: "always" | "once" | "untilDismissed" }
  | { kind: "times"; times: number; days: number };

export type Trigger = { on: "load" | "manual" } | { on: "event"; event: string } | { on: "click"; selector: string };

/** Where, when and how often a content shows, as the page is told. What is left out does not restrict. */
export interface Placement {
  id: string;
  /** Tried as they stand; each that matches votes for its element. */
  selectors?: string[];
  /** Of the element; settles a tie. */
  text?: string;
  place: Place;
  /** A regular expression that the page's address must match. */
  pages?: string;
  trigger?: Trigger;
  delayS?: number;
  frequency?: Frequency;
  devices?: ("desktop" | "tablet" | "mobile")[];
  languages?: string[];
}

/** One thing that this person may be shown, as `GET /api/bootstrap` lists it. */
export interface Experience {
  type: "content";
  contentId: string;
  slug: string;
  name: string;
  documentId: number;
  segmentId: string;
  versionId: string;
  kind: Kind;
  placements: Placement[];
  /** Left out when there is too much of it: then it is at `/api/experiences/{versionId}?token=`. */
  tree?: Tree;
}

/** What texts may name, of this person: `{{user.name|there}}`, `{{account.plan}}`. */
export interface Variables {
  user: Record<string, unknown>;
  account: Record<string, unknown>;
}

export function* walk(blocks: readonly Block[]): Generator<Block> {
  for (const block of blocks) {
    yield block;
    if (block.blocks) yield* walk(block.blocks);
  }
}
