/** Reading a payload for people. */

type Leaf = { path: string; value: string };

/** The payload as dotted paths with their values, in its own order; arrays of plain values stay on one line. */
export function leaves(value: unknown, path = ""): Leaf[] {
  if (Array.isArray(value) && value.some(isNested)) {
    return value.flatMap((item, index) => leaves(item, `${path}[${index}]`));
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    return Object.entries(value).flatMap(([key, item]) => leaves(item, path ? `${path}.${key}` : key));
  }
  return [{ path, value: typeof value === "string" ? value : (JSON.stringify(value) ?? "") }];
}

/** Who the event is about, as far as it says: the user, else the anonymous id. */
export function sender(payload: unknown): string | null {
  if (!isObject(payload)) return null;
  const id = payload.userId ?? payload.anonymousId;
  return typeof id === "string" && id !== "" ? id : null;
}

/** A violation as a sentence, whether the server sends a text or a field with a message. */
export function violationText(violation: unknown): string {
  if (typeof violation === "string") return violation;
  if (!isObject(violation)) return JSON.stringify(violation);
  const field = typeof violation.field === "string" ? violation.field : "";
  const message = violation.message ?? violation.description ?? violation.type;
  if (typeof message !== "string") return JSON.stringify(violation);
  return field && !message.includes(field) ? `${field}: ${message}` : message;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNested(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}
