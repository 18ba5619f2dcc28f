/** Blanks that would not be seen: before and behind a text, several in a row, and characters without a shape. */

export type Piece = { text: string; isBlank: boolean };

const UNSEEN = /^[\s\p{C}]+|[\s\p{C}]+$|\s{2,}|[^\S ]+|(?![\u200c\u200d])\p{C}+/gu;

/** The text in pieces, of which some are blanks that have to be shown as such; one piece alone: nothing of it is. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(UNSEEN)) {
    if (match.index > end) found.push({ text: text.slice(end, match.index), isBlank: false });
    found.push({ text: match[0], isBlank: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) found.push({ text: text.slice(end), isBlank: false });
  return found;
}

/** What a screen reader says of a piece that is blank. */
export function blankInWords(text: string): string {
  const count = [...text].length;
  const what = /^ +$/.test(text) ? "blank" : "unseen character";
  return `${count === 1 ? (what === "blank" ? "a" : "an") : count} ${what}${count === 1 ? "" : "s"}`;
}
