/** One value that single blocks listen to, so that choosing another one draws two blocks anew and not all. */

import { useSyncExternalStore } from "react";

export class Held<Value> {
  private listeners = new Set<() => void>();
  constructor(private value: Value) {}

  get = (): Value => this.value;

  set(value: Value) {
    if (Object.is(value, this.value)) return;
    this.value = value;
    for (const each of this.listeners) each();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** What of a held value concerns one component; it is drawn anew only when that changes. */
export function useHeld<Value, Part>(held: Held<Value>, part: (value: Value) => Part): Part {
  return useSyncExternalStore(held.subscribe, () => part(held.get()));
}
