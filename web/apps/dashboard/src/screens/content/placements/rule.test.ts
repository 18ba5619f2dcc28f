import { expect, it } from "vitest";
import type { PageRule, Pages } from "../../../api/contentTypes";
import { ruleOf, withPage } from "./rule";

it.each([
  ["https://app.example.com/reports?tab=all#top", "/reports"],
  ["https://app.example.com/", "/"],
  ["http://localhost:3000/#/team/7", "#/team/7"],
  ["http://localhost:3000/#!/team", "#!/team"],
])("makes a rule of %s", (url, value) => {
  expect(ruleOf(url)).toEqual({ kind: "path", value });
});

it("makes none of what is no address", () => {
  expect(ruleOf("nowhere")).toBeNull();
});

const path = (value: string): PageRule => ({ kind: "path", value });
const pages = (show: PageRule[], hide: PageRule[] = []): Pages => ({ match: "any", show, hide });

it("begins with the page, follows another choice, and leaves what somebody wrote", () => {
  const first = withPage(pages([]), path("/a"), null);
  expect(first).toEqual(pages([path("/a")]));
  expect(withPage(first, path("/b"), path("/a"))).toEqual(pages([path("/b")]));
  for (const own of [pages([path("/own")]), pages([path("/a"), path("/own")]), pages([], [path("/x")])]) {
    expect(withPage(own, path("/b"), path("/a"))).toBe(own);
  }
});
