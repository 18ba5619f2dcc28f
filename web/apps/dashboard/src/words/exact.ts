/**
 * JSON in and out without a lost digit. A browser's number is a double: 9007199254740993 would become ...992, 1.0 would
 * become 1. A number that is not written as the browser would write it stays the text it came as, in an `Exact`.
 */

type Json = Record<string, unknown>;

/** Quotes one by one and no whole strings: a pattern that takes in a long string can exhaust the stack. */
const ESCAPE_QUOTE_OR_NUMBER = /\\.|"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Stands for an `Exact` on the way through `JSON`; made anew with each page, so that no data can hold it. */
const MARK = [...crypto.getRandomValues(new Uint32Array(4))].map((part) => part.toString(36)).join("-");
const MARKED = new RegExp(`"${MARK} ([^"]*)"`, "g");

/** A number as it was written. */
export class Exact {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }

  /** For `written`, which takes the mark off; `JSON.stringify` by itself would leave it. */
  toJSON(): string {
    return `${MARK} ${this.text}`;
  }
}

/** What the JSON says, with an `Exact` for each number that a double would change. Throws as `JSON.parse` does. */
export function read(json: string): unknown {
  const plain: unknown = JSON.parse(json);
  const marked = withMarks(json);
  return marked === json ? plain : JSON.parse(marked, (_, value: unknown) => unmarked(value));
}

/** The same, but exact only under the keys `free`; the numbers elsewhere are the API's own, to count with. */
export function readFree(json: string, free: readonly string[]): unknown {
  return rounded(read(json), free);
}

/** As JSON, each `Exact` as its text. */
export function written(value: unknown, indent?: number): string {
  return (JSON.stringify(value, null, indent) ?? "").replace(MARKED, "$1");
}

/** An object in the sense of JSON: no array, no number. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Exact);
}

function withMarks(json: string): string {
  let isInString = false;
  return json.replace(ESCAPE_QUOTE_OR_NUMBER, (token) => {
    if (token === '"') isInString = !isInString;
    const isKept = isInString || token === '"' || String(Number(token)) === token;
    return isKept ? token : `"${MARK} ${token}"`;
  });
}

function unmarked(value: unknown): unknown {
  return typeof value === "string" && value.startsWith(`${MARK} `) ? new Exact(value.slice(MARK.length + 1)) : value;
}

function rounded(value: unknown, free: readonly string[]): unknown {
  if (value instanceof Exact) return Number(value.text);
  if (Array.isArray(value)) return value.map((item) => rounded(item, free));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, free.includes(key) ? item : rounded(item, free)]),
  );
}
