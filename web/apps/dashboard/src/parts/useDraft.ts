/** What a form shows: the server's values, and over them what was changed here and is not saved yet. */

import { useState } from "react";

export type Draft<Values> = {
  values: Values;
  /** Only what differs from the server's; this is what is saved. */
  edits: Partial<Values>;
  isEdited: boolean;
  change: (part: Partial<Values>) => void;
  /** After saving, or to give the edits up: the server's values are shown again. */
  clear: () => void;
};

export function useDraft<Values extends object>(server: Values): Draft<Values> {
  const [touched, setTouched] = useState<Partial<Values>>({});
  const edits = editsOf(server, touched);
  return {
    values: { ...server, ...touched },
    edits,
    isEdited: Object.keys(edits).length > 0,
    change: (part) => setTouched((before) => ({ ...before, ...part })),
    clear: () => setTouched({}),
  };
}

/** What was touched and differs. Values are compared as JSON: lists of the same entries in the same order are equal. */
export function editsOf<Values extends object>(server: Values, touched: Partial<Values>): Partial<Values> {
  const differing = Object.entries(touched).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(server[field as keyof Values]),
  );
  return Object.fromEntries(differing) as Partial<Values>;
}
