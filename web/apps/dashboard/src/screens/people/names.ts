/** What a person is called on screen: a name, else an address, else an id. */

import type { Person } from "../../api/types";

type Named = Pick<Person, "id" | "userIds" | "anonymousIds" | "traits">;

const text = (value: unknown): string => (typeof value === "string" ? value.trim() : "");

function candidates({ id, userIds, anonymousIds, traits }: Named): string[] {
  const whole = [text(traits.firstName), text(traits.lastName)].filter(Boolean).join(" ");
  const anonymous = anonymousIds.map((each) => `Anonymous ${each}`);
  return [text(traits.name), whole, text(traits.email), ...userIds, ...anonymous, id].filter(Boolean);
}

export const nameOf = (person: Named): string => candidates(person)[0] ?? person.id;

/** The next best, to tell people of the same name apart; empty when there is none but the internal id. */
export function secondNameOf(person: Named): string {
  const [first, ...others] = candidates(person);
  const second = others.find((each) => each !== first && each !== person.id);
  return second ?? "";
}
