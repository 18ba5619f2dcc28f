/** The flow as a picture: from accepted to each fate, from clean to each reader, as thick as there are events. */

import { useElementSize } from "@mantine/hooks";
import type { ReaderAccount } from "../../api/types";
import { type Account, figure, undecided } from "./books";
import { BAR, fan, type Fan, type Node, type Part, thickness, type Tone } from "./layout";

const WIDE = 640;
const HEAD = 28;
const TALLEST = 190;
const TEXT_GAP = 8;

export type PictureProps = { sum: Account; readers: ReaderAccount[]; label: string };

export function Picture({ sum, readers, label }: PictureProps) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  return (
    <div ref={ref} className="hw-flow">
      {width === 0 ? null : width >= WIDE ? (
        <Whole sum={sum} readers={readers} label={label} width={width} />
      ) : (
        <InPieces sum={sum} readers={readers} label={label} width={width} />
      )}
    </div>
  );
}

/** Accepted, fates and readers side by side. */
function Whole({ sum, readers, label, width }: PictureProps & { width: number }) {
  const px = TALLEST / Math.max(1, sum.accepted);
  const middle = Math.round(width * (readers.length > 0 ? 0.36 : 0.45));
  const right = Math.round(width * 0.72);
  const fates = fan(fateParts(sum), { x: 0, y: HEAD }, { x: middle, y: HEAD }, px);
  const clean = { x: middle, y: HEAD, height: thickness(sum.clean, px) };
  const fans: (Fan & { reader: string; top: number })[] = [];
  let top = HEAD;
  for (const each of readers) {
    const found = fan(readerParts(each), clean, { x: right, y: top }, px);
    fans.push({ ...found, reader: each.reader, top });
    top = found.bottom + HEAD;
  }
  const height = Math.max(fates.bottom, ...fans.map(({ bottom }) => bottom));
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {fans.map((each) => (
        <Ribbons key={each.reader} fan={each} />
      ))}
      <Ribbons fan={fates} />
      <Start label={`${figure(sum.accepted)} accepted`} y={HEAD} height={fates.fromHeight} />
      <Nodes nodes={fates.nodes} />
      {fans.map((each) => (
        <g key={each.reader}>
          <text x={right} y={each.top - 10} className="hw-flow-head">
            {each.reader}
          </text>
          <Nodes nodes={each.nodes} />
        </g>
      ))}
    </svg>
  );
}

/** One below the other, where there is no room beside. */
function InPieces({ sum, readers, label, width }: PictureProps & { width: number }) {
  const px = TALLEST / Math.max(1, sum.accepted);
  const x = Math.round(width * 0.3);
  const fates = fan(fateParts(sum), { x: 0, y: HEAD }, { x, y: HEAD }, px);
  const pieces: (Fan & { title: string; top: number })[] = [
    { ...fates, title: `${figure(sum.accepted)} accepted`, top: HEAD },
  ];
  for (const each of readers) {
    const top = pieces.at(-1)!.bottom + HEAD;
    const found = fan(readerParts(each), { x: 0, y: top }, { x, y: top }, px);
    pieces.push({ ...found, title: `${figure(each.clean)} clean, at ${each.reader}`, top });
  }
  const height = pieces.at(-1)!.bottom;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
      {pieces.map((piece) => (
        <g key={piece.title}>
          <Ribbons fan={piece} />
          <Start label={piece.title} y={piece.top} height={piece.fromHeight} />
          <Nodes nodes={piece.nodes} />
        </g>
      ))}
    </svg>
  );
}

function Ribbons({ fan: { ribbons } }: { fan: Fan }) {
  return ribbons.map(({ key, tone, path }) => <path key={key} d={path} className={`hw-flow-ribbon ${toneClass(tone)}`} />);
}

function Start({ label, y, height }: { label: string; y: number; height: number }) {
  return (
    <>
      <text x={0} y={y - 10} className="hw-flow-head">
        {label}
      </text>
      <rect x={0} y={y} width={BAR} height={Math.max(height, 1)} rx={2} className="hw-flow-start" />
    </>
  );
}

function Nodes({ nodes }: { nodes: Node[] }) {
  return nodes.map(({ key, x, y, height, tone, label, detail, count }) => (
    <g key={key}>
      <rect x={x} y={y} width={BAR} height={Math.max(height, 1)} rx={height > 4 ? 2 : 0} className={toneClass(tone)} />
      <text x={x + BAR + TEXT_GAP} y={y + 15}>
        <tspan className="hw-flow-count">{figure(count)}</tspan> {label}
      </text>
      {detail && (
        <text x={x + BAR + TEXT_GAP} y={y + 31} className="hw-flow-detail">
          {detail}
        </text>
      )}
    </g>
  ));
}

const toneClass = (tone: Tone) => `hw-flow-${tone}`;

function fateParts(sum: Account): Part[] {
  const moving = undecided(sum);
  return [
    { key: "clean", label: "clean", detail: "on to the readers", count: sum.clean, tone: "clean" },
    ...(moving > 0
      ? [{ key: "moving", label: "in flight", detail: "not told yet", count: moving, tone: "moving" } as const]
      : []),
    { key: "duplicate", label: "duplicate", detail: "came before", count: sum.duplicate, tone: "quiet" },
    ...reasons("dropped", sum.dropped, "quiet"),
    ...reasons("parked", sum.parked, "held"),
  ];
}

/** A part for each reason that has events; one that says none where there is no reason. */
function reasons(label: string, byReason: Record<string, number>, tone: Tone): Part[] {
  const some = Object.entries(byReason).filter(([, count]) => count > 0);
  if (some.length === 0) return [{ key: label, label, count: 0, tone }];
  return some.map(([reason, count]) => ({ key: `${label} ${reason}`, label, detail: reason, count, tone }));
}

function readerParts({ reader, done, pending, dead, skipped }: ReaderAccount): Part[] {
  const part = (label: string, detail: string, count: number, tone: Tone): Part => {
    return { key: `${reader} ${label}`, label, detail, count, tone };
  };
  return [
    part("done", "taken", done, "clean"),
    part("pending", "in flight", pending, "moving"),
    part("dead", "given up", dead, "bad"),
    part("skipped", "not for it", skipped, "quiet"),
  ];
}
