/** What the studio is told besides selectors: what the element says, and on which page it is. */

/** Of what is longer, some of it changes all the time. */
const LONGEST = 300;

/** It settles between elements that selectors name alike, if it is the same in whole but for blanks. */
export function textOf(element: Element): string {
  const text = wordsOf(element);
  return text.length > LONGEST ? "" : text;
}

/** What the element says, as it is read: there is a blank between what stands apart. */
export function wordsOf(element: Element): string {
  return said(element).replace(/\s+/g, " ").trim();
}

function said(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return node.nodeValue ?? "";
  if (!(node instanceof Element)) return "";
  const text = Array.from(node.childNodes, said).join("");
  return /^(?:inline|contents|ruby.*)$/.test(getComputedStyle(node).display) && node.localName !== "br" ? text : ` ${text} `;
}

/** What the dashboard puts into the address of the page that it opens. */
export const CODE = "headwater_author";
const LONGEST_ADDRESS = 2000;

/** The page's, as others have it. */
export function address(): string {
  return withoutCode(location.href).slice(0, LONGEST_ADDRESS);
}

export function withoutCode(given: string): string {
  const url = new URL(given);
  if (!url.searchParams.has(CODE)) return given;
  const kept = url.search.slice(1).split("&").filter((each) => each.split("=")[0] !== CODE);
  url.search = kept.join("&");
  return url.href;
}
