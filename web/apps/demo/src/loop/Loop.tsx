/** The loop in one picture, lit step by step, and the same in words beside it. */

import { useSyncExternalStore } from "react";
import { current, type Happened, listen, type Round, type Step, STEPS } from "./watch";

const ABOUT: Record<Step, { name: string; waiting: string }> = {
  shown: { name: "Shown", waiting: "Content that fits you is put into the page." },
  seen: { name: "Seen", waiting: "It counts once it was really on the screen for a second." },
  used: { name: "Clicked or answered", waiting: "Click a button of it, or answer its question." },
  sent: { name: "Sent", waiting: "What happened goes to the server as events." },
  back: { name: "Back as a segment", waiting: "An answer becomes a trait, and the trait puts you into a segment." },
};

const SHORT: Record<Step, string> = { shown: "shown", seen: "seen", used: "used", sent: "sent", back: "back" };

export function Loop({ names, token, whose }: { names: Record<string, string>; token: string | null; whose: string }) {
  const { round, segments } = useSyncExternalStore(listen, current);
  const named = (id: string) => names[id] ?? id;
  return (
    <div className="loop">
      <h2 id="loop-title">The loop</h2>
      <Picture round={round} />
      <ol>
        {STEPS.map((step) => {
          const happened = round[step];
          return (
            <li key={step} data-step={step} data-lit={happened !== undefined}>
              <strong>{ABOUT[step].name}</strong> <span className="state">{happened ? "done" : "not yet"}</span>
              <br />
              {happened ? said(happened, named) : ABOUT[step].waiting}
            </li>
          );
        })}
      </ol>
      <p className="visually-hidden" role="status">
        {latest(round)}
      </p>
      {token && (
        <div className="segments">
          <h3>Your segments</h3>
          <p data-whose={whose}>{segments === null ? "Asking the server …" : segments.map(named).join(", ") || "None."}</p>
        </div>
      )}
    </div>
  );
}

function said({ what, segments }: Happened, named: (id: string) => string): string {
  return segments.length ? `${what} “${segments.map(named).join("”, “")}”.` : what;
}

function latest(round: Round): string {
  const lit = STEPS.filter((step) => round[step] !== undefined);
  const last = lit[lit.length - 1];
  return last ? `${ABOUT[last].name}: step ${STEPS.indexOf(last) + 1} of ${STEPS.length} of the loop.` : "";
}

const SIZE = 320;
const MIDDLE = SIZE / 2;
const RADIUS = 112;
const DOT = 34;

/** Five steps on a ring, each with an arrow to the next one; a step that happened is filled and ticked. */
function Picture({ round }: { round: Round }) {
  const lit = STEPS.filter((step) => round[step] !== undefined);
  const told = lit.length ? `${lit.map((step) => ABOUT[step].name).join(", ")} happened.` : "None of it happened yet.";
  return (
    <svg className="picture" viewBox={`0 0 ${SIZE} ${SIZE}`} role="img" aria-labelledby="picture-title">
      <title id="picture-title">{`A ring of five steps: shown, seen, used, sent, back as a segment. ${told}`}</title>
      <defs>
        <Tip id="tip" />
        <Tip id="tip-lit" />
      </defs>
      {STEPS.map((step, at) => {
        const tip = isLit(round, at) ? "url(#tip-lit)" : "url(#tip)";
        return <path key={step} className="arrow" data-lit={isLit(round, at)} d={arc(at)} markerEnd={tip} />;
      })}
      {STEPS.map((step, at) => {
        const [x, y] = place(at);
        const done = round[step] !== undefined;
        return (
          <g key={step} className="step" data-lit={done} transform={`translate(${x} ${y})`}>
            <circle r={DOT} />
            {done && <path className="tick" d="M-7 -13l5 5 9 -9" />}
            <text y={done ? 11 : 5}>{SHORT[step]}</text>
          </g>
        );
      })}
      <text className="middle" x={MIDDLE} y={MIDDLE - 2}>
        {lit.length} of {STEPS.length}
      </text>
      <text className="middle small" x={MIDDLE} y={MIDDLE + 18}>
        steps
      </text>
    </svg>
  );
}

function Tip({ id }: { id: string }) {
  return (
    <marker id={id} viewBox="0 0 8 8" refX="6" refY="4" markerWidth="14" markerHeight="14" markerUnits="userSpaceOnUse" orient="auto">
      <path d="M0 0 8 4 0 8z" className={id} />
    </marker>
  );
}

/** An arrow is lit when both of its ends are. */
function isLit(round: Round, at: number): boolean {
  return round[STEPS[at]!] !== undefined && round[STEPS[(at + 1) % STEPS.length]!] !== undefined;
}

function place(at: number, turn = 0): [number, number] {
  const angle = ((at + turn) / STEPS.length) * 2 * Math.PI - Math.PI / 2;
  return [round1(MIDDLE + RADIUS * Math.cos(angle)), round1(MIDDLE + RADIUS * Math.sin(angle))];
}

function arc(at: number): string {
  const gap = 0.3;
  const [fromX, fromY] = place(at, gap);
  const [toX, toY] = place(at, 1 - gap);
  return `M${fromX} ${fromY} A${RADIUS} ${RADIUS} 0 0 1 ${toX} ${toY}`;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
