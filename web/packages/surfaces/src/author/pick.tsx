/** Choosing a place on the page, by pointer or by keys alone. While one chooses, nothing of it reaches the page. */

import { render } from "preact";
import type { Place } from "../model";
import { Bar, type Found, type Step } from "./bar";
import type { Target, Told } from "./desk";
import { Frame } from "./frame";
import { matching, selectorsOf } from "./selectors";
import { openShell } from "./shell";
import { CSS_TEXT } from "./style";
import { address, textOf, wordsOf } from "./text";
import { around, canBeChosen, go, insideOf, nearest, OURS, type Way } from "./walk";

const WAYS: Record<string, Way> = { ArrowDown: "down", ArrowUp: "up", ArrowRight: "in", ArrowLeft: "out", Home: "first" };
const SHOWN_CHARS = 60;

interface Given {
  /** The content's. */
  name: string;
  tell(target: Target): Promise<Told>;
  onEnd(): void;
}

interface State {
  step: Step;
  element: Element | null;
  found: Found | null;
  place: Place;
  isOnTop: boolean;
}

/** Shows the bar until the author ends it. */
export function pick({ name, tell, onEnd }: Given): void {
  const shell = openShell(CSS_TEXT);
  const before = document.activeElement;
  let state: State = { step: "resting", element: null, found: null, place: "after", isOnTop: false };
  let count = 0;

  const set = (changes: Partial<State>) => {
    state = { ...state, ...changes };
    draw();
  };
  const look = (element: Element | null) => {
    if (element && element !== state.element) set({ element, found: found(element) });
  };
  const choose = () => {
    set({ step: "choosing" });
    shell.root.querySelector<HTMLElement>(".pane")!.focus({ preventScroll: true });
  };
  const rest = () => {
    set({ step: "resting", ...(state.step === "choosing" ? { element: null, found: null } : {}) });
    shell.root.querySelector<HTMLElement>(".choose")!.focus({ preventScroll: true });
  };
  const end = () => {
    render(null, shell.root);
    shell.close();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    onEnd();
  };
  const take = async () => {
    const element = told(state.element);
    if (!element || !canBeChosen(element)) return;
    look(element);
    const turn = ++count;
    const target = { selectors: selectorsOf(element), text: textOf(element), url: address() };
    set({ step: "telling" });
    shell.root.querySelector<HTMLElement>(".choose")!.focus({ preventScroll: true });
    const answer = await tell(target);
    if (turn === count && state.step === "telling") set({ step: answer });
  };
  const onKey = (event: KeyboardEvent) => {
    const way = event.key === "Tab" ? (event.shiftKey ? "previous" : "next") : WAYS[event.key];
    if (event.key === "Escape") rest();
    else if (event.key === "Enter") void take();
    else if (way) {
      const next = go(state.element, way);
      look(next);
      next?.scrollIntoView({ block: "center", inline: "nearest", behavior: "auto" });
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  function draw() {
    const { step, element, place } = state;
    const isChoosing = step === "choosing";
    render(
      <>
        <div className="layer" popover="manual">
          <Frame element={element} place={place} isChosen={!isChoosing} />
          <div
            className="pane"
            hidden={!isChoosing}
            tabIndex={0}
            role="application"
            aria-label={state.found?.what ?? "The page's elements: Tab and the arrow keys walk through them"}
            onPointerMove={(event: PointerEvent) => look(under(event))}
            onPointerDown={(event: PointerEvent) => event.preventDefault()}
            onClick={(event: MouseEvent) => {
              look(under(event));
              void take();
            }}
            onWheel={scroll}
            onKeyDown={onKey}
          />
        </div>
        <Bar
          {...state}
          name={name}
          onChoose={choose}
          onRest={rest}
          onPlace={(chosen) => set({ place: chosen })}
          onMove={() => set({ isOnTop: !state.isOnTop })}
          onEnd={end}
        />
      </>,
      shell.root,
    );
  }

  draw();
  shell.rise();
  choose();
}

/** The page's element under the pointer, beneath what is ours. */
function under({ clientX, clientY }: MouseEvent): Element | null {
  let at = document.elementsFromPoint(clientX, clientY).find((each) => each.localName !== OURS) ?? null;
  for (let root = at && insideOf(at); root; root = at && insideOf(at)) {
    const inner = root.elementsFromPoint(clientX, clientY).find((each) => each.getRootNode() === root);
    if (!inner || !selectorsOf(inner).length) break;
    at = inner;
  }
  return nearest(at);
}

/** The element, or what is around it, if nothing tells it from others: within a component that stands there twice. */
function told(element: Element | null): Element | null {
  return !element || selectorsOf(element).length ? element : told(around(element));
}

/** The pane lies over what scrolls, and so passes the wheel on. */
function scroll(event: WheelEvent): void {
  for (let at = under(event); at; at = around(at)) {
    const { overflowX, overflowY } = getComputedStyle(at);
    const scrolls = (overflow: string, inner: number, outer: number) => /auto|scroll/.test(overflow) && inner > outer;
    if (!scrolls(overflowY, at.scrollHeight, at.clientHeight) && !scrolls(overflowX, at.scrollWidth, at.clientWidth)) continue;
    at.scrollBy({ left: event.deltaX, top: event.deltaY });
    return;
  }
  window.scrollBy({ left: event.deltaX, top: event.deltaY });
}

function found(element: Element): Found {
  const text = wordsOf(element);
  const shown = text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}…` : text;
  return {
    what: shown ? `${element.localName} “${shown}”` : element.localName,
    selectors: selectorsOf(element).map((selector) => ({ selector, count: matching(selector).length })),
  };
}
