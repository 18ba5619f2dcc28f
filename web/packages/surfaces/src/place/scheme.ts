/**
 * Whether what stands behind an element is light or dark. Most pages are light whatever the system prefers, some are
 * always dark, and some let the person choose: so the page is asked, and not the system.
 */

export function schemeAt(element: Element): "light" | "dark" {
  const around = (at: Element) => at.parentElement ?? ((at.getRootNode() as ShadowRoot).host || null);
  // Not of the element itself: it has nothing behind what it draws, and its styles would be worked out twice.
  for (let at = around(element); at; at = around(at)) {
    const isDark = darkness(getComputedStyle(at).backgroundColor);
    if (isDark !== undefined) return isDark ? "dark" : "light";
  }
  const own = getComputedStyle(document.documentElement).colorScheme || "";
  const asked = own.includes("light") ? prefers().matches : true;
  return own.includes("dark") && asked ? "dark" : "light";
}

const prefers = () => window.matchMedia("(prefers-color-scheme:dark)");

/** Of a colour as browsers compute it; undefined when one sees through it. */
export function darkness(color: string): boolean | undefined {
  const [one = 0, two = 0, three = 0, alpha = 1] = (color.replace(/^color\(\S+/, "").match(/-?[\d.]+/g) || [0, 0, 0, 0]).map(Number);
  if (alpha < 0.5) return undefined;
  // Of the names with an L the first number is how light it is.
  const light = /^(ok)?l/.test(color) ? one : 0.3 * one + 0.6 * two + 0.1 * three;
  return light / (/^rgb/.test(color) ? 255 : /^l/.test(color) ? 100 : 1) < 0.5;
}

const told = new Set<() => void>();
let isWatching = false;

/** Calls whenever the page may have become light or dark; gives what ends it. */
export function onScheme(changed: () => void): () => void {
  told.add(changed);
  if (!isWatching) {
    isWatching = true;
    const all = () => told.forEach((each) => each());
    // Pages that fade their colours have the new ones a little later.
    const tell = () => (all(), void setTimeout(all, 500));
    prefers().addEventListener?.("change", tell);
    const observer = new MutationObserver(tell);
    for (const each of [document.documentElement, document.body]) observer.observe(each, { attributes: true });
  }
  return () => void told.delete(changed);
}
