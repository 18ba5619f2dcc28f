/** What blocks are called in the editor, and what their interactions are called in events. */

import {
  type Block,
  BLOCKS,
  type ComponentEntry,
  isInteractive,
  type Tree,
  variable,
  walk,
  withoutMarkup,
} from "./model";

const SHORT = 40;

/** `Heading “Welcome”`: the type, and by what it is told from others of its type. */
export function nameOf(block: Block, components: readonly ComponentEntry[] = []): string {
  const title = block.type === "component" ? titleOf(block, components) : BLOCKS[block.type].title;
  const said = shortened(saidBy(block));
  return said === "" ? title : `${title} “${said}”`;
}

function saidBy({ type, props }: Block): string {
  const said = type === "field" ? props.label : type === "form" ? props.name : type === "image" ? props.alt : (props.text ?? props.title);
  return words(said);
}

/** What a text says to somebody of whom nothing is known, in one line. */
export function words(text: unknown): string {
  if (typeof text !== "string") return "";
  return withoutMarkup(text, (inner) => variable(inner).fallback).replace(/\s+/g, " ").trim();
}

const shortened = (line: string): string =>
  line.length > SHORT ? `${line.slice(0, SHORT - 1).trimEnd()}…` : line;

export function titleOf({ props }: Block, components: readonly ComponentEntry[]): string {
  const name = typeof props.name === "string" ? props.name : "";
  return components.find((each) => each.name === name)?.title || name || BLOCKS.component.title;
}

export type Interaction = {
  block: Block;
  /** What the author calls it; empty: the default counts. */
  label: string;
  default: string;
};

/** Every block whose clicks or answers are told of, in the document's order. */
export function interactionsOf(tree: Tree, contentName: string, components: readonly ComponentEntry[]): Interaction[] {
  return [...walk(tree.blocks)].filter(isInteractive).map((block) => ({
    block,
    label: typeof block.props.label === "string" ? block.props.label : "",
    default: defaultLabel(block, contentName, components),
  }));
}

/** As the server fills it in: `Welcome - Start clicked`; a form is called by its name alone: `Welcome - Feedback`. */
export function defaultLabel(block: Block, contentName: string, components: readonly ComponentEntry[]): string {
  const label =
    block.type === "form"
      ? `${contentName} - ${words(block.props.name) || "Form"}`
      : `${contentName} - ${clicked(block, components) || block.type} clicked`;
  return label.slice(0, MAX_LABEL);
}

const MAX_LABEL = 200;

function clicked(block: Block, components: readonly ComponentEntry[]): string {
  const { type, props, blocks } = block;
  if (type === "image") return words(props.alt);
  if (type === "component") return words(titleOf(block, components));
  if (type !== "card") return words(props.text);
  return words(props.title) || words([...walk(blocks ?? [])].find((each) => each.type === "heading")?.props.text);
}
