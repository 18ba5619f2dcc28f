/** Every block type in one table: what authors call it, what it may hold, its settings and what a new one begins with. */

import type { Action, Block, BlockType, Props } from "./model";

export type Choice = { value: string; title: string };

export type FieldKind =
  | "line"
  /** Text with our markup and variables; `isLong` for more than one line. */
  | "markup"
  | "address"
  | "choice"
  | "switch"
  | "number"
  | "actions"
  | "options"
  /** What the interaction is called in events; empty means the default. */
  | "label"
  /** The props of a host component, as the manifest lists them. */
  | "given";

export interface FieldSpec {
  name: string;
  title: string;
  kind: FieldKind;
  hint?: string;
  choices?: readonly Choice[];
  /** What counts when the prop is left out. */
  default?: string | number | boolean;
  min?: number;
  max?: number;
  isLong?: boolean;
  isRequired?: boolean;
  /** Variables may stand in it, and which: `url` also takes those of the page's address. */
  variables?: "texts" | "url";
  /** Whether the field has a meaning with these props; else it is not shown. */
  when?: (props: Props) => boolean;
}

export type Group = "Basics" | "Layout" | "Forms";

export interface BlockSpec {
  title: string;
  about: string;
  group: Group;
  fields: readonly FieldSpec[];
  /** What may stand in it; left out: it holds nothing. */
  holds?: readonly BlockType[];
  /** Written in the canvas itself. */
  inline?: string;
  /** Left out of the palette: it comes and goes with the block that holds it. */
  isPart?: boolean;
  fresh: () => { props: Props; blocks?: Fresh[] };
}

/** A block that has no id yet. */
export interface Fresh {
  type: BlockType;
  props: Props;
  blocks?: Fresh[];
}

const choices = (...values: string[]): Choice[] =>
  values.map((value) => ({ value, title: value.charAt(0).toUpperCase() + value.slice(1) }));

const TOKENS = choices("background", "surface", "primary", "secondary", "text", "muted", "border", "success", "warning", "danger");
const ALIGN: FieldSpec = { name: "align", title: "Alignment", kind: "choice", choices: choices("start", "center", "end"), default: "start" };
const LABEL: FieldSpec = {
  name: "label",
  title: "Label of the interaction",
  kind: "label",
  hint: "The name under which clicks and answers are counted.",
};
const ACTIONS: FieldSpec = { name: "actions", title: "When it is clicked", kind: "actions" };
const href: FieldSpec = {
  name: "href",
  title: "Link",
  kind: "address",
  variables: "url",
  hint: "https:, mailto:, tel:, or a path of the same site such as /plans.",
};

const LEAVES: BlockType[] = ["heading", "text", "image", "video", "button", "badge", "divider", "component"];
const ANYTHING: BlockType[] = ["section", "columns", ...LEAVES, "card", "form"];

/** At the top of a document. */
export const ROOT_HOLDS: readonly BlockType[] = ANYTHING;
export const LIMITS = { blocks: 500, depth: 8, sizeBytes: 100_000 };

/** How wide the columns of a layout are, beside each other. */
export const LAYOUTS = ["1-1", "1-2", "2-1", "1-1-1", "1-1-1-1"] as const;
export const columnsOf = (layout: unknown): number => (typeof layout === "string" ? layout : "1-1").split("-").length;

export const BLOCKS: Record<BlockType, BlockSpec> = {
  section: {
    title: "Section",
    about: "Groups blocks, with a background of its own",
    group: "Layout",
    holds: ANYTHING,
    fields: [
      { name: "background", title: "Background", kind: "choice", choices: [{ value: "", title: "None" }, ...TOKENS], default: "" },
      { name: "padding", title: "Room around", kind: "choice", choices: choices("none", "small", "medium", "large"), default: "medium" },
      ALIGN,
    ],
    fresh: () => ({ props: {}, blocks: [] }),
  },
  columns: {
    title: "Columns",
    about: "Blocks beside each other",
    group: "Layout",
    holds: ["column"],
    fields: [
      {
        name: "layout",
        title: "Layout",
        kind: "choice",
        choices: [
          { value: "1-1", title: "Two equal columns" },
          { value: "1-2", title: "Narrow, then wide" },
          { value: "2-1", title: "Wide, then narrow" },
          { value: "1-1-1", title: "Three columns" },
          { value: "1-1-1-1", title: "Four columns" },
        ],
        default: "1-1",
        hint: "Fewer columns: what stood in those that go moves to the last one.",
      },
      { name: "gap", title: "Gap", kind: "choice", choices: choices("small", "medium", "large"), default: "medium" },
    ],
    fresh: () => ({
      props: {},
      blocks: [
        { type: "column", props: {}, blocks: [] },
        { type: "column", props: {}, blocks: [] },
      ],
    }),
  },
  column: {
    title: "Column",
    about: "One of the columns beside each other",
    group: "Layout",
    holds: [...ANYTHING, "field"],
    isPart: true,
    fields: [],
    fresh: () => ({ props: {}, blocks: [] }),
  },
  heading: {
    title: "Heading",
    about: "Says what follows",
    group: "Basics",
    inline: "text",
    fields: [
      { name: "text", title: "Text", kind: "markup", variables: "texts", isRequired: true },
      {
        name: "level",
        title: "Level",
        kind: "choice",
        choices: ["1", "2", "3", "4", "5", "6"].map((value) => ({ value, title: `Level ${value}` })),
        default: 2,
        hint: "Its place in the outline of the page, for screen readers. Most often 2 or 3.",
      },
      ALIGN,
    ],
    fresh: () => ({ props: { text: "Heading" } }),
  },
  text: {
    title: "Text",
    about: "A paragraph, with bold, italic and links",
    group: "Basics",
    inline: "text",
    fields: [
      { name: "text", title: "Text", kind: "markup", isLong: true, variables: "texts", isRequired: true },
      { name: "size", title: "Size", kind: "choice", choices: choices("small", "medium", "large"), default: "medium" },
      ALIGN,
    ],
    fresh: () => ({ props: { text: "Write what you want to say." } }),
  },
  image: {
    title: "Image",
    about: "A picture, with words for those who cannot see it",
    group: "Basics",
    fields: [
      { name: "src", title: "Address of the image", kind: "address", variables: "url", isRequired: true },
      { name: "decorative", title: "It only decorates, and says nothing", kind: "switch", default: false },
      {
        name: "alt",
        title: "What it shows",
        kind: "line",
        variables: "texts",
        isRequired: true,
        hint: "Read out to those who cannot see the image.",
        when: (props) => props.decorative !== true,
      },
      { name: "width", title: "Width in px", kind: "number", min: 1, max: 10_000, hint: "With the height it keeps its room while it loads." },
      { name: "height", title: "Height in px", kind: "number", min: 1, max: 10_000 },
      href,
      { ...LABEL, when: (props) => isFilled(props.href) },
    ],
    fresh: () => ({ props: { src: "", alt: "" } }),
  },
  video: {
    title: "Video",
    about: "A video file with captions",
    group: "Basics",
    fields: [
      { name: "src", title: "Address of the video file", kind: "address", variables: "url", isRequired: true, hint: "An https: address of the file itself." },
      { name: "title", title: "Title", kind: "line", variables: "texts", isRequired: true, hint: "Read out to those who cannot see it." },
      { name: "captions", title: "Address of the captions", kind: "address", hint: "A WebVTT file, for those who cannot hear it." },
      { name: "poster", title: "Address of the picture before it plays", kind: "address" },
    ],
    fresh: () => ({ props: { src: "", title: "" } }),
  },
  button: {
    title: "Button",
    about: "Does something when it is clicked",
    group: "Basics",
    inline: "text",
    fields: [
      { name: "text", title: "Text", kind: "line", variables: "texts", isRequired: true },
      { name: "style", title: "Style", kind: "choice", choices: choices("primary", "secondary", "link"), default: "primary" },
      ACTIONS,
      LABEL,
    ],
    fresh: () => ({ props: { text: "Got it", actions: [{ type: "dismiss" }] } }),
  },
  card: {
    title: "Card",
    about: "A framed group that may be clicked as a whole",
    group: "Layout",
    holds: ["section", "columns", ...LEAVES, "card"],
    fields: [
      { name: "title", title: "Title", kind: "line", variables: "texts", hint: "Not shown: what the card is called." },
      ACTIONS,
      { ...LABEL, when: (props) => hasActions(props) },
    ],
    fresh: () => ({ props: {}, blocks: [] }),
  },
  badge: {
    title: "Badge",
    about: "A short mark such as New",
    group: "Basics",
    inline: "text",
    fields: [
      { name: "text", title: "Text", kind: "markup", variables: "texts", isRequired: true },
      { name: "tone", title: "Tone", kind: "choice", choices: choices("neutral", "info", "success", "warning", "danger"), default: "neutral" },
    ],
    fresh: () => ({ props: { text: "New" } }),
  },
  divider: { title: "Divider", about: "A line between blocks", group: "Layout", fields: [], fresh: () => ({ props: {} }) },
  form: {
    title: "Form",
    about: "Questions whose answers come back as events",
    group: "Forms",
    holds: ["field", "section", "columns", ...LEAVES, "card"],
    fields: [
      { name: "name", title: "Name", kind: "line", isRequired: true, hint: "Not shown: what the form is called in events." },
      { name: "submitText", title: "Text of its button", kind: "line", default: "Send", variables: "texts" },
      { name: "successText", title: "Said when it was sent", kind: "line", default: "Thank you.", variables: "texts" },
      { name: "once", title: "Each person answers once", kind: "switch", default: true },
      LABEL,
    ],
    fresh: () => ({
      props: { formId: newFormId(), name: "Feedback" },
      blocks: [{ type: "field", props: { kind: "area", label: "What do you think?" } }],
    }),
  },
  field: {
    title: "Field",
    about: "A question of a form",
    group: "Forms",
    fields: [
      {
        name: "kind",
        title: "Kind",
        kind: "choice",
        choices: [
          { value: "text", title: "One line" },
          { value: "area", title: "Several lines" },
          { value: "choice", title: "Choice" },
          { value: "checkbox", title: "Checkbox" },
          { value: "email", title: "E-mail" },
          { value: "number", title: "Number" },
          { value: "scale", title: "Scale" },
        ],
        default: "text",
      },
      { name: "label", title: "Question", kind: "line", isRequired: true, hint: "Shown, and the name of the answer in events." },
      { name: "hint", title: "Hint", kind: "line", variables: "texts" },
      { name: "required", title: "Must be answered", kind: "switch", default: false },
      { name: "options", title: "Options", kind: "options", when: isKind("choice") },
      { name: "multiple", title: "Several may be chosen", kind: "switch", default: false, when: isKind("choice") },
      { name: "min", title: "Least", kind: "number", when: isKind("number", "scale") },
      { name: "max", title: "Most", kind: "number", when: isKind("number", "scale") },
      { name: "minText", title: "Words at the low end", kind: "line", when: isKind("scale") },
      { name: "maxText", title: "Words at the high end", kind: "line", when: isKind("scale") },
      { name: "trait", title: "Keep the answer as trait", kind: "line", hint: "A name such as role: the person then has this trait." },
    ],
    fresh: () => ({ props: { kind: "text", label: "Your answer" } }),
  },
  component: {
    title: "Component",
    about: "A component of your own pages",
    group: "Basics",
    fields: [{ name: "props", title: "Its settings", kind: "given" }, LABEL],
    fresh: () => ({ props: { name: "", props: {} } }),
  },
};

export interface ActionSpec {
  title: string;
  fields: readonly FieldSpec[];
  /** Only within a form. */
  ofForm?: boolean;
  fresh: () => Action;
}

export const ACTION_TYPES: Record<Action["type"], ActionSpec> = {
  url: {
    title: "Open an address",
    fields: [
      { ...href, title: "Address", isRequired: true },
      { name: "newTab", title: "In a new tab", kind: "switch", default: false },
    ],
    fresh: () => ({ type: "url", href: "" }),
  },
  email: {
    title: "Write an e-mail",
    fields: [
      { name: "to", title: "To", kind: "line", isRequired: true },
      { name: "subject", title: "Subject", kind: "line" },
    ],
    fresh: () => ({ type: "email", to: "" }),
  },
  callback: {
    title: "Call a function of the page",
    fields: [{ name: "name", title: "Its name", kind: "line", isRequired: true, hint: "As the page gave it to init." }],
    fresh: () => ({ type: "callback", name: "" }),
  },
  track: {
    title: "Send an event",
    fields: [{ name: "event", title: "Its name", kind: "line", isRequired: true }],
    fresh: () => ({ type: "track", event: "" }),
  },
  content: {
    title: "Show another content",
    fields: [{ name: "slug", title: "Its slug", kind: "line", isRequired: true }],
    fresh: () => ({ type: "content", slug: "" }),
  },
  submit: { title: "Send the form", fields: [], ofForm: true, fresh: () => ({ type: "submit" }) },
  dismiss: { title: "Close this content", fields: [], fresh: () => ({ type: "dismiss" }) },
};

/** Whether a block may stand there: `path` is what would hold it, from the top inwards. */
export function mayHold(path: readonly Block[], type: BlockType): boolean {
  const inForm = path.some((each) => each.type === "form");
  if (type === "form" && (inForm || path.some((each) => each.type === "card"))) return false;
  if (type === "field" && !inForm) return false;
  const holder = path.at(-1);
  return (holder ? (BLOCKS[holder.type].holds ?? []) : ROOT_HOLDS).includes(type);
}

/** Whether the block, and all that it holds, may stand there. */
export function mayStand(path: readonly Block[], block: Block): boolean {
  if (!mayHold(path, block.type)) return false;
  return (block.blocks ?? []).every((each) => mayStand([...path, block], each));
}

/** Whether a click or an answer is told of, and so has a label. */
export function isInteractive({ type, props }: Block): boolean {
  if (type === "card") return hasActions(props);
  if (type === "image") return isFilled(props.href);
  return type === "button" || type === "form" || type === "component";
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

/** 21 characters, each of 64. */
export function newFormId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(21)), (byte) => ALPHABET[byte & 63]).join("");
}

function hasActions(props: Props): boolean {
  return Array.isArray(props.actions) && props.actions.length > 0;
}

function isFilled(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isKind(...kinds: string[]): (props: Props) => boolean {
  return (props) => kinds.includes(typeof props.kind === "string" ? props.kind : "text");
}
