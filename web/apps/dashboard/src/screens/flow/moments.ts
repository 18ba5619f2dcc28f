/** Between the API's times and those of a `datetime-local` field, which are the reader's wall clock. */

/** Null for an empty field. */
export function isoFromLocal(local: string): string | null {
  return local === "" ? null : new Date(local).toISOString();
}

/** Rounded up to the second, so that what begins there does not begin before. */
export function localFromIso(iso: string): string {
  const upMs = Math.ceil(Date.parse(iso) / 1000) * 1000;
  const offsetMs = new Date(upMs).getTimezoneOffset() * 60_000;
  return new Date(upMs - offsetMs).toISOString().slice(0, 19);
}
