/** What the editor takes from the renderer's package, by one name. */

export * from "../../../../../../packages/surfaces/src/fields";
export {
  type Action,
  type Block,
  type BlockType,
  type ComponentEntry,
  type ComponentProp,
  type Kind,
  type Props,
  type Tree,
  walk,
} from "../../../../../../packages/surfaces/src/model";
export { plain as withoutMarkup } from "../../../../../../packages/surfaces/src/markup";
export { variable } from "../../../../../../packages/surfaces/src/variables";

/** What stands in the way of publishing, as the server says it. */
export type Problem = {
  severity: "error" | "warning";
  code: string;
  message: string;
  nodeId?: string | null;
  field?: string | null;
};

/** The workspace's style guide, as far as it is seen here. */
export type StyleGuide = {
  colors: Record<string, string>;
  dark: Record<string, string> | null;
  font: { family: string; sizePx: number };
  radiusPx: number;
};
