/** Reading an event for people. */

import type { DebugEvent } from "../../api/types";
import { isObject, written } from "../../words/exact";

type Leaf = { path: string; value: string };

/** The payload as dotted paths with their values, in its own order; arrays of plain values stay on one line. */
export function leaves(value: unknown, path = ""): Leaf[] {
  if (Array.isArray(value) && value.some(isNested)) {
    return value.flatMap((item, index) => leaves(item, `${path}[${index}]`));
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, item]) => leaves(item, path ? `${path}.${key}` : key));
  }
  return [{ path, value: typeof value === "string" ? value : written(value) }];
}

/** Who the event is about, as far as it says: the user, else the anonymous id. */
export function sender(payload: unknown): string | null {
  if (!isObject(payload)) return null;
  const id = payload.userId ?? payload.anonymousId;
  return typeof id === "string" && id !== "" ? id : null;
}

/** What the event is called, else its kind of call; of what the door refused neither may be known. */
export function titleOf({ name, type }: Pick<DebugEvent, "name" | "type">): string {
  return name || type || "Unnamed event";
}

function isNested(value: unknown): boolean {
  return isObject(value) || Array.isArray(value);
}
