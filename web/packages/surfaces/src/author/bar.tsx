/** The bar by which an author chooses a place on the page. It decides nothing. */

import type { Place } from "../model";

export type Step = "choosing" | "resting" | "telling" | "told" | "ended" | "failed";

/** What was chosen, or is looked at: what it is, and how many elements each of its selectors finds. */
export interface Found {
  what: string;
  selectors: { selector: string; count: number }[];
}

interface Given {
  name: string;
  step: Step;
  found: Found | null;
  place: Place;
  isOnTop: boolean;
  onChoose(): void;
  onRest(): void;
  onPlace(place: Place): void;
  onMove(): void;
  onEnd(): void;
}

const PLACES: [Place, string][] = [
  ["before", "before it"],
  ["after", "after it"],
  ["inside", "inside it"],
  ["instead", "instead of it"],
];

export function Bar(given: Given) {
  const { name, step, found, isOnTop } = given;
  const isChoosing = step === "choosing";
  return (
    <section className={isOnTop ? "bar top" : "bar"} popover="manual" lang="en" dir="ltr" aria-label="headwater: choose a place" onKeyDown={(event: KeyboardEvent) => event.key === "Escape" && given.onEnd()}>
      <div className="head">
        <h2>Choose where “{name}” goes</h2>
        <button type="button" onClick={given.onMove}>{isOnTop ? "Move down" : "Move up"}</button>
      </div>
      <p className={step === "told" ? "told good" : "told"} role="status">{sentence(step, found)}</p>
      {isChoosing && <Keys />}
      {found && <Places place={given.place} onPlace={given.onPlace} />}
      {found && <Selectors found={found} />}
      <div className="row">
        {isChoosing ? (
          <button type="button" onClick={given.onRest}>Use the page</button>
        ) : (
          <button type="button" className="main choose" onClick={given.onChoose}>{found ? "Choose another element" : "Choose an element"}</button>
        )}
        <button type="button" onClick={given.onEnd}>End</button>
      </div>
    </section>
  );
}

function sentence(step: Step, found: Found | null): string {
  const what = found ? found.what : "Nothing chosen yet";
  const said: Record<Step, string> = {
    choosing: found ? what : "Point at an element and click it.",
    resting: `${what}.`,
    telling: `${what}: telling the studio …`,
    told: `Chosen: go back to the studio. (${what})`,
    ended: "This session has ended. Open the page again from the studio.",
    failed: "The studio could not be told. Look at your connection, and choose the element again.",
  };
  return said[step];
}

function Keys() {
  return (
    <p className="hint">
      By keyboard: <kbd>Tab</kbd> to the next element, <kbd>↑</kbd> <kbd>↓</kbd> past those beside it, <kbd>←</kbd> out, <kbd>→</kbd> in,{" "}
      <kbd>Enter</kbd> chooses, <kbd>Esc</kbd> stops.
    </p>
  );
}

function Places({ place, onPlace }: Pick<Given, "place" | "onPlace">) {
  return (
    <fieldset>
      <legend>Try how it would stand</legend>
      {PLACES.map(([value, title]) => (
        <label key={value}>
          <input type="radio" name="place" value={value} checked={place === value} onChange={() => onPlace(value)} />
          {title}
        </label>
      ))}
    </fieldset>
  );
}

function Selectors({ found: { selectors } }: { found: Found }) {
  return (
    <details>
      <summary>{selectors.length === 1 ? "Found again by 1 selector" : `Found again by ${selectors.length} selectors`}</summary>
      <ol>
        {selectors.map(({ selector, count }) => (
          <li key={selector}>
            <code>{selector}</code> · {count === 1 ? "1 element" : `${count} elements`}
          </li>
        ))}
      </ol>
    </details>
  );
}
