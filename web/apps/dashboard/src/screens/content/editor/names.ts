/** What blocks are called in the editor, and what their interactions are called in events. */

import { type Block, BLOCKS, type ComponentEntry, isInteractive, type Tree, walk } from "./model";
import { plain } from "./plain";

const SHORT = 40;

/** `Heading “Welcome”`: the type, and by what it is told from others of its type. */
export function nameOf(block: Block, components: readonly ComponentEntry[] = []): string {
  const title = block.type === "component" ? titleOf(block, components) : BLOCKS[block.type].title;
  const said = shortened(saidBy(block));
  return said === "" ? title : `${title} “${said}”`;
}

function saidBy({ type, props }: Block): string {
  const said = type === "field" ? props.label : type === "form" ? props.name : type === "image" ? props.alt : (props.text ?? props.title);
  return typeof said === "string" ? plain(said) : "";
}

function shortened(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > SHORT ? `${line.slice(0, SHORT - 1).trimEnd()}…` : line;
}

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

/** `Welcome - Start clicked`; a form is called by its name alone: `Welcome - Feedback`. */
export function defaultLabel(block: Block, contentName: string, components: readonly ComponentEntry[]): string {
  const text = (value: unknown) => (typeof value === "string" ? plain(value).trim() : "");
  const { type, props } = block;
  if (type === "form") return `${contentName} - ${text(props.name)}`;
  const said =
    type === "button"
      ? text(props.text)
      : type === "image"
        ? text(props.alt)
        : type === "component"
          ? titleOf(block, components)
          : text(props.title) || text([...walk(block.blocks ?? [])].find((each) => each.type === "heading")?.props.text);
  return `${contentName} - ${said} clicked`;
}
