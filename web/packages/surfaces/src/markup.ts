/**
 * What authors write in texts: `**bold**`, `_italic_`, `[label](href)`, a line break, `{{variables}}`, and a backslash
 * before what shall stand as it is.
 *
 * It is read before variables are filled in, so that no value can bring markup or a link. What does not read as markup
 * is text; nothing is refused.
 */

export type Piece =
  | { kind: "text"; text: string }
  | { kind: "variable"; inner: string }
  | { kind: "break" }
  | { kind: "bold" | "italic"; pieces: Piece[] }
  | { kind: "link"; href: string; pieces: Piece[] };

/** `mark`: what it is as markup; without a partner it is its own text. */
interface Token {
  mark: "text" | "variable" | "break" | "bold" | "italic" | "open" | "close";
  text: string;
  inner?: string;
  /** Of bold and italic: whether it may begin and end them. */
  begins?: boolean;
  ends?: boolean;
}

const TOKENS =
  /\\([\\*_[\](){}|])|\{\{([^{}]*)\}\}|(\*\*)|(_)|(\[)|\]\(((?:\{\{[^{}]*\}\}|\{(?!\{)|\\.|[^(){\s\\]|\((?:\{\{[^{}]*\}\}|[^(){}\s])*\))+)\)|(\r?\n)/g;

const WORD = /[\p{L}\p{N}_]/u;
const NOTHING = /[^\s\S]/;

export function parse(source: string): Piece[] {
  return build(tokens(source), true, true, true);
}

/** The text alone: of a link its label, of a variable what `variable` makes of it. */
export function plain(source: string, variable: (inner: string) => string): string {
  const textOf = (piece: Piece): string => {
    if (piece.kind === "text") return piece.text;
    if (piece.kind === "variable") return variable(piece.inner);
    return piece.kind === "break" ? " " : piece.pieces.map(textOf).join("");
  };
  return parse(source).map(textOf).join("");
}

function tokens(source: string): Token[] {
  const found: Token[] = [];
  let from = 0;
  for (const match of source.matchAll(TOKENS)) {
    const [whole, escaped, inner, bold, italic, open, href, line] = match;
    const at = match.index;
    if (at > from) found.push({ mark: "text", text: source.slice(from, at) });
    from = at + whole.length;
    if (escaped) found.push({ mark: "text", text: escaped });
    else if (inner !== undefined) found.push({ mark: "variable", text: whole, inner });
    else if (bold) found.push({ mark: "bold", text: whole, ...sides(source, at, 2, NOTHING) });
    else if (italic) found.push({ mark: "italic", text: whole, ...sides(source, at, 1, WORD) });
    else if (open) found.push({ mark: "open", text: whole });
    else if (href) found.push({ mark: "close", text: whole, inner: href.replace(/\\(.)/g, "$1") });
    else if (line) found.push({ mark: "break", text: whole });
  }
  if (from < source.length) found.push({ mark: "text", text: source.slice(from) });
  return found;
}

/** What is marked begins and ends with more than a blank; `joins`: what a mark may not stand within, as `snake_case`. */
function sides(source: string, at: number, length: number, joins: RegExp): Pick<Token, "begins" | "ends"> {
  const [before, after] = [source.charAt(at - 1), source.charAt(at + length)];
  return { begins: !joins.test(before) && /\S/.test(after), ends: /\S/.test(before) && !joins.test(after) };
}

/** Each kind of markup may stand once in another: bold in bold is no bolder. */
function build(all: Token[], mayBold: boolean, mayItalic: boolean, mayLink: boolean): Piece[] {
  const pieces: Piece[] = [];
  const missing = new Set<Token["mark"]>();
  /** Where the partner of the token at `from` stands, at least one token later; -1 when there is none. */
  const partner = (from: number, mark: Token["mark"], fits: (token: Token) => boolean): number => {
    for (let at = from + 2; at < all.length && !missing.has(mark); at++) {
      if (all[at]!.mark === mark && fits(all[at]!)) return at;
    }
    missing.add(mark);
    return -1;
  };
  for (let at = 0; at < all.length; at++) {
    const token = all[at]!;
    const inside = (end: number) => all.slice(at + 1, end);
    let end = -1;
    if (token.mark === "bold" && mayBold && token.begins) {
      end = partner(at, "bold", (other) => !!other.ends);
      if (end > 0) pieces.push({ kind: "bold", pieces: build(inside(end), false, mayItalic, mayLink) });
    } else if (token.mark === "italic" && mayItalic && token.begins) {
      end = partner(at, "italic", (other) => !!other.ends);
      if (end > 0) pieces.push({ kind: "italic", pieces: build(inside(end), mayBold, false, mayLink) });
    } else if (token.mark === "open" && mayLink) {
      end = at + 1;
      while (end < all.length && all[end]!.mark !== "close" && all[end]!.mark !== "open") end++;
      const href = all[end]?.inner;
      if (href) pieces.push({ kind: "link", href, pieces: build(inside(end), mayBold, mayItalic, false) });
      else end = -1;
    }
    if (end > 0) at = end;
    else if (token.mark === "variable") pieces.push({ kind: "variable", inner: token.inner ?? "" });
    else if (token.mark === "break") pieces.push({ kind: "break" });
    else addText(pieces, token.text);
  }
  return pieces;
}

function addText(pieces: Piece[], text: string) {
  const last = pieces[pieces.length - 1];
  if (last && last.kind === "text") last.text += text;
  else pieces.push({ kind: "text", text });
}
