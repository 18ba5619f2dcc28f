/**
 * Whether something was really seen: at least half of it, or half a window of it when it is taller, for one second
 * while the page is looked at.
 */

const SEEN_AFTER_MS = 1000;
const STEPS = Array.from({ length: 21 }, (_, index) => index / 20);

/** Calls each time it has been seen once more since `again`; `stop` ends it. */
export interface Sight {
  /** A new view of the page begins: what is in sight may be seen anew. */
  again(): void;
  stop(): void;
}

export function whenSeen(element: Element, seen: () => void): Sight {
  let timer = 0;
  let inSight = false;
  let isDone = false;

  const judge = () => {
    window.clearTimeout(timer);
    timer = 0;
    if (!inSight || isDone || document.visibilityState !== "visible") return;
    timer = window.setTimeout(() => {
      if (!isVisible(element)) return judge();
      isDone = true;
      seen();
    }, SEEN_AFTER_MS);
  };
  const observer = new IntersectionObserver((entries) => {
    const before = inSight;
    for (const entry of entries) inSight = isEnough(entry);
    if (inSight !== before) judge();
  }, { threshold: STEPS });

  observer.observe(element);
  document.addEventListener("visibilitychange", judge);
  return {
    again() {
      isDone = false;
      judge();
    },
    stop() {
      window.clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener("visibilitychange", judge);
    },
  };
}

/** Nothing is seen of what has no size. */
export function isEnough({ intersectionRect: shown, boundingClientRect: whole, rootBounds }: IntersectionObserverEntry): boolean {
  const area = whole.width * whole.height;
  if (!area) return false;
  const heightPx = rootBounds?.height ?? window.innerHeight;
  return shown.width * shown.height >= area / 2 - 0.5 || shown.height >= heightPx / 2;
}

/** Not what the page's own styles make transparent or hide. */
function isVisible(element: Element): boolean {
  return element.checkVisibility?.({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }) ?? true;
}
