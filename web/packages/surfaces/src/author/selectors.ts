/**
 * How an element of the page is told so that it is found again after the page has changed.
 *
 * By several selectors, each of which finds it alone today and rests on something else: an attribute, an ancestor, classes,
 * the place from the start, the place from the end. What becomes of one leaves the others a majority; text settles ties.
 */

import { shadowRoots } from "../place/find";
import { classesOf, isKept, isMade } from "./names";
import { OURS } from "./walk";

/** What tests and tools go by is named to stay. */
const FOR_TESTS = /^data-(?:headwater|test|testid|test-id|test-selector|cy|qa|e2e|hook|tour|automation|automation-id)$/;
/** What says what an element is for, beside the attributes `data-…`; the page's language plays no part in them. */
const SAYING = ["name", "for", "href", "action", "type", "role", "aria-controls", "aria-labelledby"];
const MOST = 6;
/** Of a selector; what is longer, the server does not take. */
const LONGEST = 1000;
const HIGHEST_ANCHOR = 12;
const FARTHEST_KIN = 5;

export function selectorsOf(element: Element): string[] {
  const found = [
    ...byAttributes(element).slice(0, 2),
    ...byAncestor(element),
    ...byClasses(element),
    byPlace(element, "nth-of-type"),
    byPlace(element, "nth-last-of-type"),
  ];
  return [...new Set(found)].filter((each) => each.length <= LONGEST && isAlone(each, element)).slice(0, MOST);
}

/** What a selector finds, as the renderer looks for it: in the page itself, else in its open shadow roots. */
export function matching(selector: string): Element[] {
  const here = [...document.querySelectorAll(selector)];
  return here.length ? here : shadowRoots().flatMap((root) => (root.host.localName === OURS ? [] : [...root.querySelectorAll(selector)]));
}

/** Selectors of the element's own attributes that no other element has, those made to stay first. */
function byAttributes(element: Element): string[] {
  const tag = tagOf(element);
  const attributes = [...element.attributes].filter(isKept);
  const data = attributes.filter(({ name }) => name.startsWith("data-"));
  const [tests, others] = [data.filter(({ name }) => FOR_TESTS.test(name)), data.filter(({ name }) => !FOR_TESTS.test(name))];
  const saying = attributes.filter(({ name, value }) => value && SAYING.includes(name));
  const { id } = element;
  return [
    ...tests.map(written),
    ...(isMade(id) ? [] : [`#${CSS.escape(id)}`]),
    ...others.map(written),
    ...saying.map((each) => tag + written(each)),
  ].filter((each) => isAlone(each, element));
}

/** From the nearest ancestor that is known by an attribute, the shortest way down; where that counts, from both ends. */
function byAncestor(element: Element): string[] {
  let above = element.parentElement;
  for (let step = 0; above && above !== document.body && step < HIGHEST_ANCHOR; step++, above = above.parentElement) {
    const [anchor] = byAttributes(above);
    if (!anchor) continue;
    const name = namesOf(element).find((each) => isAlone(`${anchor} ${each}`, element));
    if (name) return [`${anchor} ${name}`];
    return (["nth-of-type", "nth-last-of-type"] as const).map((counted) => `${anchor} > ${steps(element, above!, counted)}`);
  }
  return [];
}

/** Tags and classes alone, without a number: the element's own, else with those of one of its ancestors. */
function byClasses(element: Element): string[] {
  const names = namesOf(element);
  const own = names.find((each) => isAlone(each, element));
  if (own) return [own];
  let above = element.parentElement;
  for (let step = 0; above && above !== document.body && step < FARTHEST_KIN; step++, above = above.parentElement) {
    for (const ancestor of namesOf(above)) {
      const name = names.find((each) => isAlone(`${ancestor} ${each}`, element));
      if (name) return [`${ancestor} ${name}`];
    }
  }
  return [];
}

type Counted = "nth-of-type" | "nth-last-of-type";

/** From the nearest thing that there is one of, such as `main`, so that what is put around it changes nothing. */
function byPlace(element: Element, counted: Counted): string {
  if (element === document.body) return "body";
  let from = element.parentElement;
  while (from && from !== document.body && !isAlone(tagOf(from), from)) from = from.parentElement;
  return from ? `${tagOf(from)} > ${steps(element, from, counted)}` : steps(element, null, counted);
}

/** The way down to the element from above it, told by tags and places. */
function steps(element: Element, from: Element | null, counted: Counted): string {
  const path: string[] = [];
  for (let at: Element | null = element; at && at !== from; at = at.parentElement) path.unshift(step(at, counted));
  return path.join(" > ");
}

function step(element: Element, counted: Counted): string {
  const tag = tagOf(element);
  const kin = [...(element.parentNode?.children ?? [])].filter((each) => tagOf(each) === tag);
  if (kin.length < 2) return tag;
  const at = kin.indexOf(element);
  return `${tag}:${counted}(${counted === "nth-of-type" ? at + 1 : kin.length - at})`;
}

/** What an element is called without its place, the shortest first. */
function namesOf(element: Element): string[] {
  const tag = tagOf(element);
  const classes = classesOf(element).map((name) => `.${CSS.escape(name)}`);
  return [...classes, ...classes.map((name) => tag + name), ...(classes.length > 1 ? [classes.join("")] : []), tag];
}

function tagOf(element: Element): string {
  return CSS.escape(element.localName);
}

function written({ name, value }: Attr): string {
  return value ? `[${CSS.escape(name)}="${value.replace(/["\\]/g, "\\$&")}"]` : `[${CSS.escape(name)}]`;
}

function isAlone(selector: string, element: Element): boolean {
  const found = matching(selector);
  return found.length === 1 && found[0] === element;
}
