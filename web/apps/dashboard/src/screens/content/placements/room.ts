/** The lines that keep a place as high as its content, so that nothing moves when that comes. */

/** Widths of the place, in pixels, and how high the content is there. */
export type Height = { widthPx: number; heightPx: number };

export const WIDTHS_PX = [320, 768, 1280] as const;

/** What the page is to have for a selector. Where a width needs what the one before needs, nothing more is said of it. */
export function roomCss(selector: string, heights: readonly Height[]): string {
  const lines: string[] = [];
  let before = 0;
  for (const { widthPx, heightPx } of heights) {
    if (heightPx === before) continue;
    const rule = `${selector} { min-height: ${heightPx}px }`;
    lines.push(lines.length === 0 ? rule : `@media (min-width: ${widthPx}px) { ${rule} }`);
    before = heightPx;
  }
  return lines.join("\n");
}
