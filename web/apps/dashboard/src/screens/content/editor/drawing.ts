/** The views that pages show, drawn by React here: `vite.config.ts` gives them React in Preact's place. */

import type { ReactElement, ReactNode } from "react";
import type { Look } from "../../../../../../packages/surfaces/src/variables";
import { CSS, DEFAULT_STYLE, properties, type Style } from "../../../../../../packages/surfaces/src/style";
import { View as PreactView } from "../../../../../../packages/surfaces/src/views/view";
import { wordsOf } from "../../../../../../packages/surfaces/src/views/words";
import type { Block, StyleGuide } from "./model";

export type Scene = {
  look: Look;
  words: ReturnType<typeof wordsOf>;
  act: () => void;
  submit: () => void;
  isAnswered: () => boolean;
  component: (block: Block) => ReactNode;
  text?: (block: Block, name: string) => ReactNode | undefined;
};

type Given = { block: Block; scene: Scene; children?: ReactNode };

export const View = PreactView as unknown as (given: Given) => ReactElement | null;

/** Variables show as they are for somebody of whom nothing is known: as their fallbacks. Nothing acts. */
export const sceneWith = (component: Scene["component"]): Scene => ({
  look: () => undefined,
  words: wordsOf(navigator.language),
  act: () => undefined,
  submit: () => undefined,
  isAnswered: () => false,
  component,
});

export const PAGE_CSS = CSS;

/** The custom properties of the workspace's style guide, in the dashboard's own scheme. */
export function guideCss(guide: StyleGuide | null, scheme: "light" | "dark"): string {
  return properties(guide ? styleOf(guide) : DEFAULT_STYLE, scheme);
}

function styleOf({ colors, dark, font, radiusPx }: StyleGuide): Style {
  return {
    light: { ...DEFAULT_STYLE.light, ...colors },
    dark: dark && { ...DEFAULT_STYLE.light, ...dark },
    font: font.family,
    sizePx: font.sizePx,
    radiusPx,
  };
}
