/**
 * Opens a tab now, while the browser still takes it for the answer to a click, and sends it on once the address is
 * known. The page that opens there can't reach back to this one. False: the browser did not let it open.
 */
export async function openSoon(address: () => Promise<string>): Promise<boolean> {
  const tab = window.open("", "_blank");
  if (tab) tab.opener = null;
  try {
    const to = await address();
    if (tab) tab.location.replace(to);
    return tab !== null;
  } catch (error) {
    tab?.close();
    throw error;
  }
}
