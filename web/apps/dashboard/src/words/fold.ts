/**
 * How a label becomes a schema name. The server decides; this is the same rule, so that the name can be shown
 * while the label is typed. `fold.vectors.json` holds the pairs both are held to.
 */

/** Schema names that no source can have. */
export const TAKEN_SCHEMAS: readonly string[] = [
  "main",
  "production",
  "headwater",
  "customer_events",
  "rest",
  "segments",
  "information_schema",
  "pg_catalog",
  "temp",
  "system",
];

/** The shortest identifier limit of the warehouses; a longer name is cut and gets a hash. */
const MAX_NAME_BYTES = 63;

const isLower = (char: string) => char >= "a" && char <= "z";
const isUpper = (char: string) => char >= "A" && char <= "Z";
const isDigit = (char: string) => char >= "0" && char <= "9";
const isTail = (char: string) => isLower(char) || isDigit(char);

/** `samPLE text` → `sam_ple_text`. ASCII letters and digits stay, all else parts words; '' when nothing stays. */
export function fold(text: string): string {
  const start = foldedPrefix(text);
  if (start.end === text.length) return text;
  let out = text.slice(0, start.end);
  let at = start.end;
  if (start.continues) {
    const token = takeToken(text, at);
    out += token.text;
    at = token.end;
  }
  while (at < text.length) {
    if (!isUpper(text[at]!) && !isTail(text[at]!)) {
      at += 1;
      continue;
    }
    const token = takeToken(text, at);
    out += (out === "" || out.endsWith("_") ? "" : "_") + token.text;
    at = token.end;
  }
  return out;
}

/** How much of the text is folded already, and whether what stops it still belongs to the last word. */
function foldedPrefix(text: string): { end: number; continues: boolean } {
  let seenLower = false;
  let seenUnderscore = false;
  let at = 0;
  for (; at < text.length; at += 1) {
    const char = text[at]!;
    if (isLower(char)) {
      seenLower = true;
      seenUnderscore = false;
    } else if (char === "_" && at > 0 && at < text.length - 1 && isTail(text[at + 1]!)) {
      seenUnderscore = true;
      seenLower = false;
    } else if (!isDigit(char)) {
      break;
    }
  }
  const stop = text[at] ?? "";
  return { end: at, continues: isUpper(stop) && (!seenLower || seenUnderscore) };
}

/** A run of capitals and digits, then a run of small letters and digits, in small letters. */
function takeToken(text: string, from: number): { text: string; end: number } {
  let end = from;
  while (end < text.length && (isUpper(text[end]!) || isDigit(text[end]!))) end += 1;
  while (end < text.length && isTail(text[end]!)) end += 1;
  return { text: text.slice(from, end).toLowerCase(), end };
}

export type SchemaPreview =
  | { kind: "empty" }
  | { kind: "name"; schema: string }
  | { kind: "reserved" | "used"; schema: string }
  /** The name ends in eight hex digits that the server works out. */
  | { kind: "begins"; start: string };

/** What schema a label will get; `used` holds the schemas of the sources that exist. */
export function schemaPreview(label: string, used: readonly string[] = []): SchemaPreview {
  if (label.trim() === "") return { kind: "empty" };
  const folded = fold(label);
  if (!/[a-z]/.test(folded)) return { kind: "begins", start: "source_" };
  const schema = isDigit(folded[0]!) ? `_${folded}` : folded;
  if (schema.length > MAX_NAME_BYTES) {
    return { kind: "begins", start: `${schema.slice(0, MAX_NAME_BYTES - 9).replace(/_+$/, "")}_` };
  }
  if (TAKEN_SCHEMAS.includes(schema)) return { kind: "reserved", schema };
  return { kind: used.includes(schema) ? "used" : "name", schema };
}
