/**
 * The names by which the studio speaks of content. Shapes are generated from the API's description, but for trees, which
 * have those of the renderer's package: what stands in a block follows from its type.
 */

import type {
  Block,
  ComponentEntry,
  ComponentProp,
  Frequency,
  Kind,
  Place,
  Tree,
  Trigger,
} from "../../../../packages/surfaces/src/model";
import type { components } from "./schema";

export type { Block, ComponentEntry, ComponentProp, Frequency, Kind, Place, Tree, Trigger };

type Schemas = components["schemas"];
type With<Shape, Own> = Omit<Shape, keyof Own> & Own;

export type ContentSummary = Schemas["ContentSummary"];
export type ContentStatus = ContentSummary["status"];
export type DocumentStatus = Schemas["ContentDocument"]["status"];

export type PageRule = Schemas["PageRule"];
export type Pages = Required<Schemas["Pages"]>;

/** As an author writes it; the server makes of `pages` the one pattern that browsers are told. */
export type Placement = With<
  Required<Schemas["Placement"]>,
  { name?: string; text?: string; pages: Pages; trigger: Trigger; frequency: Frequency }
>;
export type Device = Placement["devices"][number];

export type Components = With<Schemas["Components"], { components: ComponentEntry[] }>;
export type Goal = Schemas["Goal"];
export type Document = With<Schemas["ContentDocument"], { tree: Tree }>;
export type Content = With<
  Schemas["Content"],
  { documents: Document[]; placements: Placement[]; livePlacements: Placement[] | null }
>;
export type ContentChange = With<
  Omit<Schemas["ContentChange"], "revision">,
  { name?: string; slug?: string; folder?: string; placements?: Placement[]; goals?: Goal[]; documentOrder?: number[] }
>;

export type Problem = Schemas["Finding"];
export type Version = Schemas["ContentVersion"];
/** One difference between two trees. */
export type Change = Schemas["ContentDifference"];

export type AuthorMode = Schemas["NewAuthorSession"]["mode"];
export type AuthorSession = Schemas["AuthorSession"];
export type AuthorState = Schemas["AuthorSessionState"];
export type Picked = Schemas["PickedTarget"];

export type StyleGuide = With<Schemas["StyleGuide"], { font: Required<Schemas["Font"]> }>;
export type StyleColors = Record<string, string>;

export type WhyDocument = Schemas["DocumentReason"];
/** A result is null while what it depends on was not said. */
export type WhyPlacement = With<Schemas["PlacementReason"], { trigger: Trigger; frequency: Frequency }>;
export type WhyAnswer = With<Schemas["ContentExplanation"], { placements: WhyPlacement[] }>;

export type PagesTest = Schemas["PagesTested"];

export type Measures = Schemas["Measures"];
export type ContentNumbers = Schemas["ContentNumbers"];
export type Viewer = Schemas["Viewer"];
