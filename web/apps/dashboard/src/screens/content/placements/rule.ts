/** The page rule that a new placement begins with: the page on which its element was chosen. */

import type { PageRule, Pages } from "../../../api/contentTypes";

/** By path, and the route after `#` where the page has one; null for what is no address. */
export function ruleOf(url: string): PageRule | null {
  let address: URL;
  try {
    address = new URL(url);
  } catch {
    return null;
  }
  const { pathname, hash } = address;
  return { kind: "path", value: /^#!?\//.test(hash) ? hash : pathname };
}

/** The rules with that page's in them, unless somebody wrote rules. `before`: the one that an earlier choice brought. */
export function withPage(pages: Pages, rule: PageRule, before: PageRule | null): Pages {
  const [only, ...more] = pages.show;
  const isUntouched = pages.hide.length === 0 && more.length === 0 && (!only || (before && isSame(only, before)));
  return isUntouched ? { ...pages, show: [rule] } : pages;
}

const isSame = (one: PageRule, other: PageRule) => one.kind === other.kind && one.value === other.value;
