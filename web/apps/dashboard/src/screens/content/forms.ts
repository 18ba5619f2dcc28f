/** What was typed under Placements and Settings and is not saved yet: it outlives the tabs, and nothing of it goes live. */

import type { Content, Goal, Placement } from "../../api/contentTypes";
import { editsOf } from "../../parts/useDraft";
import { linesOf, wordsOf } from "./placements/placement";
import { isSame } from "./same";
import type { Tab } from "./tabs";

export type Names = Pick<Content, "name" | "slug" | "folder">;

/** What a form began with: what is changed is a change of that, not of what somebody else makes of it later. */
type Begun<Values> = { revision: number; base: Values };

export type PlacementForm = Begun<{ placements: Placement[] }> & {
  first: Placement;
  isNew: boolean;
  /** The id of the button that opened it. */
  opener: string;
  placement: Placement;
  /** As they are typed. */
  selectors: string;
  languages: string;
};
export type NamesForm = Begun<Names> & { touched: Partial<Names> };
export type GoalsForm = Begun<{ goals: Goal[] }> & { goals: Goal[] };

export type Held = { placement?: PlacementForm; names?: NamesForm; goals?: GoalsForm };

/** The forms of one content that are open. */
export class Forms {
  private held: Held = {};
  private readonly listeners = new Set<() => void>();

  readonly current = (): Held => this.held;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Holds a form as it stands now; undefined: it is closed, or shows what the server has. */
  put<Name extends keyof Held>(name: Name, form: Held[Name]): void {
    this.held = { ...this.held, [name]: form };
    for (const listener of this.listeners) listener();
  }
}

/** A form for this placement, as it is opened. */
export function opened(content: Content, first: Placement, isNew: boolean, opener: string): PlacementForm {
  const { revision, placements } = content;
  const typed = { placement: first, selectors: first.selectors.join("\n"), languages: first.languages.join(", ") };
  return { revision, base: { placements }, first, isNew, opener, ...typed };
}

/** The placement that a form says. */
export function placementIn({ placement, selectors, languages }: PlacementForm): Placement {
  return { ...placement, selectors: linesOf(selectors), languages: wordsOf(languages) };
}

export const namesOf = ({ name, slug, folder }: Content): Names => ({ name, slug, folder });

export type Unsaved = { tab: Tab; what: string };

/** What would be lost, and where it is. A form that says what the server has, has nothing to lose. */
export function unsavedIn(held: Held, content: Content): Unsaved[] {
  const found: Unsaved[] = [];
  const { placement, names, goals } = held;
  if (placement && !isSame(placementIn(placement), placement.first)) {
    const name = placement.placement.name || (placement.isNew ? "new placement" : placement.first.id);
    found.push({ tab: "placements", what: `Placement: ${name}` });
  }
  if (names) {
    const edited = Object.keys(editsOf(namesOf(content), names.touched)).join(", ");
    if (edited) found.push({ tab: "settings", what: `Settings: ${edited}` });
  }
  if (goals && !isSame(goals.goals, content.goals)) found.push({ tab: "settings", what: "Settings: goals" });
  return found;
}
