/** Which addresses content may lead to and load from. Asked after variables are filled in, of the browser's own parser. */

const LINKS = /^(?:https?:|mailto:|tel:)$/;
const FILES = /^https?:$/;
const BEGINNING = /^(?:https?:|mailto:|tel:|[/?#])/i;

/** The address, when a link may lead there; else undefined. */
export function linkTo(address: string): string | undefined {
  return allowed(address, LINKS);
}

/** The address, when an image or a video may come from there; else undefined. */
export function fileAt(address: string): string | undefined {
  return allowed(address, FILES);
}

function allowed(address: string, protocols: RegExp): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (!BEGINNING.test(address) || /[\x00-\x1f\x7f]/.test(address)) return undefined;
  try {
    return protocols.test(new URL(address, document.baseURI).protocol) ? address : undefined;
  } catch {
    return undefined;
  }
}
