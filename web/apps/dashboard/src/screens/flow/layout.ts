/** Where the bars and ribbons of the picture stand. All lengths are pixels; nothing here draws. */

export type Tone = "clean" | "quiet" | "held" | "bad" | "moving";

/** One thing that events became; `label` and `detail` are its two lines of text. */
export type Part = { key: string; label: string; detail?: string; count: number; tone: Tone };
export type Node = Part & { x: number; y: number; height: number };
export type Ribbon = { key: string; tone: Tone; path: string };
export type Fan = { nodes: Node[]; ribbons: Ribbon[]; fromHeight: number; bottom: number };

export const BAR = 10;
/** What has any events at all can be seen. */
const LEAST = 3;
const SLOT = 38;
const GAP = 8;

export const thickness = (count: number, pxPerEvent: number) => (count <= 0 ? 0 : Math.max(LEAST, count * pxPerEvent));

type From = { x: number; y: number; height?: number };
type To = { x: number; y: number };

/**
 * Ribbons from one bar to a column of nodes, in order. Each node has room for its text. Where the bar has a height
 * of its own, the ribbons share it; else it is as high as they are.
 */
export function fan(parts: Part[], from: From, to: To, pxPerEvent: number): Fan {
  const heights = parts.map(({ count }) => thickness(count, pxPerEvent));
  const sum = heights.reduce((all, each) => all + each, 0);
  const fromHeight = from.height ?? sum;
  const nodes: Node[] = [];
  const ribbons: Ribbon[] = [];
  let leaves = from.y;
  let arrives = to.y;
  parts.forEach((part, index) => {
    const height = heights[index]!;
    nodes.push({ ...part, x: to.x, y: arrives, height });
    if (height > 0) {
      const share = (height / sum) * fromHeight;
      const path = ribbon(from.x + BAR, leaves, share, to.x, arrives, height);
      ribbons.push({ key: part.key, tone: part.tone, path });
      leaves += share;
    }
    arrives += Math.max(height, SLOT) + GAP;
  });
  return { nodes, ribbons, fromHeight, bottom: arrives };
}

function ribbon(x0: number, y0: number, h0: number, x1: number, y1: number, h1: number): string {
  const middle = round((x0 + x1) / 2);
  const [a, b, c, d] = [y0, y1, y1 + h1, y0 + h0].map(round);
  return `M${round(x0)} ${a}C${middle} ${a} ${middle} ${b} ${round(x1)} ${b}V${c}C${middle} ${c} ${middle} ${d} ${round(x0)} ${d}Z`;
}

const round = (value: number) => Math.round(value * 10) / 10;
