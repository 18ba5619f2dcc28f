/** The answers to the questions of "Traits are not appearing", from the evidence. Null: that way is not used, or nobody knows just now. */

import type { TraitSlip, TraitTroubles } from "../../api/types";

type Key = "script" | "identifies" | "traits" | "rest" | "names";

export function answers({ lastCustomerEventAt, sources, rest, people, slips, traits }: TraitTroubles): Record<Key, boolean | null> {
  const isRestUsed = rest.lastEventAt !== null || rest.lookedAt > 0;
  return {
    script: lastCustomerEventAt !== null,
    identifies: isIdentified(sources),
    traits: people.known > 0 ? people.withoutTraits < people.known : traits.length > 0,
    rest: isRestUsed ? rest.refused === 0 : null,
    names: slips.length === 0,
  };
}

/** Null: the warehouse, which counts the calls, cannot be asked just now. */
function isIdentified(sources: TraitTroubles["sources"]): boolean | null {
  const on = sources.filter(({ enabled, feedsProfiles }) => enabled && feedsProfiles);
  if (on.some(({ identifies }) => identifies !== null && identifies > 0)) return true;
  return on.some(({ identifies }) => identifies === null) ? null : false;
}

/** How many of the users have traits; null when all have, or there are none. */
export function withTraits({ known, withoutTraits }: TraitTroubles["people"]): string | null {
  if (withoutTraits === 0) return null;
  return `${(known - withoutTraits).toLocaleString("en")} of ${known.toLocaleString("en")}`;
}

/** What may be wrong with a name. */
export function slipInWords({ like, kind, likePeople }: TraitSlip): string {
  if (kind === "reserved") return `is it meant as “${like}”? That is the trait for addresses, in this spelling alone.`;
  if (kind === "blank") return "nothing of this name can be seen, so that it was hardly meant; look at what builds the traits.";
  if (kind === "spelling") return `differs from “${like}” by case or marks alone; segments tell the two apart.`;
  return likePeople > 0 ? `is it a slip of “${like}”?` : `looks like “${like}”.`;
}
