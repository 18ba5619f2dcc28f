/** @jsxImportSource preact */
/** Texts with their markup, as nodes: whatever a variable brings is text. */

import { type ComponentChildren, createElement, Fragment } from "preact";
import { linkTo } from "../addresses";
import { parse, type Piece } from "../markup";
import type { Block } from "../model";
import { fill, fillAddress, type Look, textOf } from "../variables";
import type { Scene } from "./scene";

const TAGS = { bold: "strong", italic: "em" } as const;

/** A prop of a block that may have markup. */
export function marked(block: Block, name: string, scene: Scene): ComponentChildren {
  return scene.text?.(block, name) ?? nodes(parse(string(block.props[name])), scene.look);
}

/** A prop of a block that has no markup but may have variables. */
export function unmarked(block: Block, name: string, scene: Scene): ComponentChildren {
  return scene.text?.(block, name) ?? fill(string(block.props[name]), scene.look);
}

function nodes(pieces: Piece[], look: Look): ComponentChildren {
  return createElement(Fragment, null, ...pieces.map((piece) => node(piece, look)));
}

function node(piece: Piece, look: Look): ComponentChildren {
  if (piece.kind === "text") return piece.text;
  if (piece.kind === "variable") return textOf(piece.inner, look);
  if (piece.kind === "break") return <br />;
  const inside = nodes(piece.pieces, look);
  if (piece.kind !== "link") return createElement(TAGS[piece.kind], null, inside);
  const href = linkTo(fillAddress(piece.href, look, false));
  return href === undefined ? inside : <a href={href} rel="noopener">{inside}</a>;
}

export function string(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}
