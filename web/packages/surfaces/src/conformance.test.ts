/** The page and the server read texts alike, and agree on what blocks are. The server is held to the same file. */

import { expect, it } from "vitest";
import cases from "../../../../tests/conformance/content.json";
import { BLOCKS } from "./fields";
import { parse, type Piece, plain } from "./markup";
import type { BlockType } from "./model";
import { variable } from "./variables";

const words = (text: string) => plain(text, (inner) => variable(inner).fallback);

function links(pieces: readonly Piece[]): string[][] {
  return pieces.flatMap((piece) => {
    if (piece.kind === "link") return [[said(piece.pieces), piece.href]];
    return piece.kind === "bold" || piece.kind === "italic" ? links(piece.pieces) : [];
  });
}

function said(pieces: readonly Piece[]): string {
  return pieces
    .map((piece) => {
      if (piece.kind === "text") return piece.text;
      if (piece.kind === "variable") return variable(piece.inner).fallback;
      return piece.kind === "break" ? " " : said(piece.pieces);
    })
    .join("");
}

it.each(cases.texts)("reads $text", ({ text, plain: wanted, links: found }) => {
  expect(words(text)).toBe(wanted);
  expect(links(parse(text))).toEqual(found);
});

/** Props that authors are not asked for: an id that is made for them, a name that they choose by choosing the block. */
const UNASKED: Partial<Record<BlockType, string[]>> = { form: ["formId"], component: ["name"] };

it.each(Object.entries(cases.blocks))("has the settings of a %s", (name, { props, holds }) => {
  const type = name as BlockType;
  const asked = BLOCKS[type].fields.map((field) => field.name);
  expect([...asked, ...(UNASKED[type] ?? [])].sort()).toEqual(props);
  expect([...(BLOCKS[type].holds ?? [])].sort()).toEqual(holds);
});
