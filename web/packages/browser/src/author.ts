/** Whether an author of the workspace looks at this page: the dashboard opened it with a code in its address. */

const NAME = "headwater_author";

/** Keeps the code for this tab: for the pages it goes on to, and for when the page has changed its own address. */
export function keepCode(): void {
  if (location.search.includes(NAME)) authorCode();
}

/**
 * The code of this tab; null for everybody else, and where nothing can be kept. Asked late: a weak machine takes
 * milliseconds to open the storage.
 */
export function authorCode(): string | null {
  try {
    const code = new URLSearchParams(location.search).get(NAME);
    if (code) sessionStorage.setItem(NAME, code);
    return sessionStorage.getItem(NAME);
  } catch {
    return null;
  }
}
