/** Whether a placement is for this page, this device and this language. */

import type { Placement } from "../model";

const MOBILE_BELOW_PX = 640;
const TABLET_BELOW_PX = 1024;

export type Device = "mobile" | "tablet" | "desktop";

export function deviceOf(widthPx: number): Device {
  return widthPx < MOBILE_BELOW_PX ? "mobile" : widthPx < TABLET_BELOW_PX ? "tablet" : "desktop";
}

/** Calls when the window has become another device. */
export function onDevice(changed: () => void) {
  for (const widthPx of [MOBILE_BELOW_PX, TABLET_BELOW_PX]) {
    window.matchMedia(`(min-width: ${widthPx}px)`).addEventListener?.("change", changed);
  }
}

/** What says that it is not for here; undefined when it is. */
export function unfit({ pages, devices, languages }: Placement, address: string, device: Device, language: string): string | undefined {
  if (pages && !tests(pages, address)) return "pages";
  if (devices?.length && !devices.includes(device)) return "devices";
  if (languages?.length && !languages.some((each) => speaks(language, each))) return "languages";
  return undefined;
}

function tests(pages: string, address: string): boolean {
  try {
    return new RegExp(pages).test(address);
  } catch {
    return false;
  }
}

/** `de` is met by `de-AT`, not the other way round. */
function speaks(language: string, wanted: string): boolean {
  return `${language.toLowerCase()}-`.startsWith(`${wanted.toLowerCase()}-`);
}
