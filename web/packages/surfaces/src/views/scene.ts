/** What the views of blocks need of wherever they are drawn: a page, a preview, the canvas of the editor. */

import type { ComponentChildren, VNode } from "preact";
import type { Block } from "../model";
import type { Look } from "../variables";
import type { Words } from "./words";

export interface Scene {
  look: Look;
  words: Words;
  /** Somebody clicked the block. Of what the browser does by itself, following a link, nothing is left to do. */
  act(block: Block, event: Event): void;
  /** Somebody answered all that a form asks. */
  submit(form: Block, answers: Answer[], event: Event): void;
  /** Whether the person has answered this form, and is to be thanked instead of asked. */
  isAnswered(form: Block): boolean;
  /** Where a component of the host page stands; by default nothing does. */
  component?(block: Block): ComponentChildren;
  /** What stands in place of a block's text, as where it is written; undefined: the text. */
  text?(block: Block, name: string): ComponentChildren | undefined;
  /** Of these blocks the views that are drawn by now; by default all are. */
  views?(blocks: Block[], scene: Scene, view: (block: Block) => VNode): (VNode | undefined)[];
  /** What is wrong with answers, by the id of their field: a form tells its fields. */
  faults?: Readonly<Record<string, string>>;
}

export interface Answer {
  field: Block;
  /** As events carry it: text, or the texts of all that was chosen. */
  value: string | string[];
  /** As a trait has it: of a number the number, of a checkbox whether it is checked. */
  trait: string | string[] | number | boolean;
}
