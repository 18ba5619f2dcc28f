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
