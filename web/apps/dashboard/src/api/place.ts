/** Which workspace this tab shows, where one may pick. Null: the one that the server takes by itself. */

const KEY = "headwater-workspace";

export const workspacePicked = (): string | null => sessionStorage.getItem(KEY);

/** Shows another workspace, from the top: nothing that was read of the one before may stay. */
export function pickWorkspace(id: string): void {
  sessionStorage.setItem(KEY, id);
  window.location.assign("/sources");
}

export function forgetWorkspace(): void {
  sessionStorage.removeItem(KEY);
}
