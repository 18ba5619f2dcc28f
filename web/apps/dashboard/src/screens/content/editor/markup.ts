/** What the buttons above a text do to it: the text and the selection that follow. */

export type Written = { text: string; start: number; end: number };

/** Puts the mark on both sides of what is selected, or takes it away where it stands there already. */
export function marked({ text, start, end }: Written, mark: "**" | "_"): Written {
  const size = mark.length;
  const isMarked = text.slice(start - size, start) === mark && text.slice(end, end + size) === mark && start >= size;
  if (isMarked) {
    const bare = text.slice(0, start - size) + text.slice(start, end) + text.slice(end + size);
    return { text: bare, start: start - size, end: end - size };
  }
  const inner = text.slice(start, end);
  return { text: text.slice(0, start) + mark + inner + mark + text.slice(end), start: start + size, end: end + size };
}

/** A link with what is selected as its words; the address is selected then, to be typed over. */
export function linked({ text, start, end }: Written): Written {
  const words = text.slice(start, end) || "link";
  const address = "https://";
  const at = start + words.length + 3;
  return {
    text: `${text.slice(0, start)}[${words}](${address})${text.slice(end)}`,
    start: at,
    end: at + address.length,
  };
}

/** A variable in place of what is selected; those words are its fallback unless another is given. */
export function withVariable({ text, start, end }: Written, path: string, fallback: string): Written {
  const said = safe(fallback === "" ? text.slice(start, end) : fallback);
  const put = said === "" ? `{{${path}}}` : `{{${path}|${said}}}`;
  return { text: text.slice(0, start) + put + text.slice(end), start: start + put.length, end: start + put.length };
}

/** What would end the variable cannot stand in its fallback. */
const safe = (fallback: string): string => fallback.replace(/[{}|\n]/g, " ").trim();
