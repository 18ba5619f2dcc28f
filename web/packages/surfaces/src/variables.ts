/**
 * `{{user.name|there}}`: what texts and addresses say of the person, the account and the page's address.
 *
 * Values are texts, numbers and truth values; whatever else is missing. What is missing is its fallback, else nothing.
 */

export interface Variable {
  scope: string;
  /** After the scope, as it was written: `address.city`, `pathname[1]`. */
  name: string;
  fallback: string;
}

/** Gives the value of a variable; undefined when there is none. */
export type Look = (scope: string, name: string) => unknown;

export function variable(inner: string): Variable {
  const bar = inner.indexOf("|");
  const path = (bar < 0 ? inner : inner.slice(0, bar)).trim();
  const dot = path.indexOf(".");
  const [scope, name] = dot < 0 ? [path, ""] : [path.slice(0, dot), path.slice(dot + 1)];
  return { scope, name, fallback: bar < 0 ? "" : inner.slice(bar + 1) };
}

/** The text that stands for a variable. `url.*` has none in texts. */
export function textOf(inner: string, look: Look): string {
  const { scope, name, fallback } = variable(inner);
  return (scope !== "url" && written(look(scope, name))) || fallback;
}

/** Fills in a text that has no markup, as an image's alternative. */
export function fill(text: string, look: Look): string {
  return text.replace(INNER, (_, inner: string) => textOf(inner, look));
}

/**
 * Fills in an address. What is known of a person stands for one part of it and cannot bring another, unless it is where
 * the address begins; the page's own address comes as it is.
 */
export function fillAddress(text: string, look: Look, mayUrl: boolean): string {
  const given = text.trim();
  const filled = given.replace(INNER, (_, inner: string, at: number) => {
    const { scope, name, fallback } = variable(inner);
    const isUrl = scope === "url";
    const value = (mayUrl || !isUrl) && written(look(scope, name));
    if (!value) return fallback;
    return at === 0 || (isUrl && !name.startsWith("search.")) ? value : encodeURIComponent(value);
  });
  // Two slashes that only values brought would lead to another host, chosen by whoever made the link to this page.
  return /^[/\\]{2}/.test(given) ? filled : filled.replace(/^[/\\]{2,}/, "/");
}

const INNER = /\{\{([^{}]*)\}\}/g;

function written(value: unknown): string {
  const isPlain = typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
  return isPlain ? String(value) : "";
}

/** A member by its name; else, by its parts, a member of a member. Nothing that objects have by birth. */
export function member(of: unknown, name: string): unknown {
  const own = (object: unknown, key: string): unknown =>
    typeof object === "object" && object !== null && Object.prototype.hasOwnProperty.call(object, key)
      ? (object as Record<string, unknown>)[key]
      : undefined;
  return own(of, name) ?? name.split(".").reduce(own, of);
}

/** What `url.…` says of an address. */
export function ofAddress(address: string, name: string): string | undefined {
  const { protocol, hostname, pathname, search, searchParams } = new URL(address);
  const [, whole = "", index] = /^(\w+)\[(\d+)\]$/.exec(name) ?? [];
  if (whole === "pathname") return pathname.split("/")[Number(index) + 1];
  if (whole === "hostname") return hostname.split(".")[Number(index)];
  if (name.startsWith("search.")) return searchParams.get(name.slice(7)) ?? undefined;
  const parts: Record<string, string> = { protocol, hostname, pathname, search };
  return Object.prototype.hasOwnProperty.call(parts, name) ? parts[name] : undefined;
}
