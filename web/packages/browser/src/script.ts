/** Which script tag brought us here, and so where the server is; and how a global comes to be. */

export interface Script {
  /** Everything of the script's address before its path. */
  host: string;
  data: DOMStringMap;
}

/** `path` is the script's own, as `/sdk/latest/headwater.js`. */
export function scriptOf(path: string): Script {
  const found = document.currentScript || document.querySelector(`script[src*="${path}"]`);
  const { src = "", dataset = {} } = (found || {}) as Partial<HTMLScriptElement>;
  return { host: src.slice(0, Math.max(src.indexOf(path), 0)) || location.origin, data: dataset };
}

/** Makes a global, unless the page has one of this name: what is there is never written over. Gives what was there. */
export function install(name: string, value: object, mayReplace?: (there: unknown) => boolean): unknown {
  const globals = window as unknown as Record<string, unknown>;
  const there = Object.prototype.hasOwnProperty.call(window, name) ? globals[name] : undefined;
  if (there === undefined || (mayReplace && mayReplace(there))) globals[name] = value;
  else console.info(`headwater: window.${name} is there already and stays.`);
  return there;
}

/** What runs as the page loads us must not throw into its console as an error of the page. */
export function quietly(action: () => void): void {
  try {
    action();
  } catch (error) {
    console.warn(`headwater: the SDK could not start: ${String(error)}`);
  }
}
