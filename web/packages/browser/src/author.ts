/** Whether an author of the workspace looks at this page: the dashboard opened it with a code in its address. */

const NAME = "headwater_author";

/** The code of this tab, kept for the pages it goes on to; null for everybody else, and where nothing can be kept. */
export function authorCode(): string | null {
  try {
    const code = new URLSearchParams(location.search).get(NAME);
    if (code) sessionStorage.setItem(NAME, code);
    return sessionStorage.getItem(NAME);
  } catch {
    return null;
  }
}
