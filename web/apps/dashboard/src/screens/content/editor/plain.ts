/** Texts without their markup, as labels and the outline show them; a variable leaves its fallback. */

const VARIABLE = /\{\{[^{}|]*(?:\|([^{}]*))?\}\}/g;
const LINK = /\[((?:\\.|[^\]\\])*)\]\((?:\\.|[^)\\])*\)/g;

export function plain(text: string): string {
  return text
    .replace(VARIABLE, (_, fallback: string | undefined) => fallback ?? "")
    .replace(LINK, "$1")
    .replace(/(?<!\\)\*\*((?:\\.|[^\\])+?)\*\*/g, "$1")
    .replace(/(?<![\p{L}\p{N}\\])_((?:\\.|[^_\\])+)_(?![\p{L}\p{N}])/gu, "$1")
    .replace(/\\(.)/g, "$1");
}
