/** What an element says, which settles between elements that selectors name alike. */

const LONGEST = 120;

export function textOf(element: Element): string {
  return (element.textContent ?? "").replace(/\s+/g, " ").trim().slice(0, LONGEST);
}
