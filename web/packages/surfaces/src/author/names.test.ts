// @vitest-environment happy-dom
import { describe, expect, test } from "vitest";
import { classesOf, isKept, isMade } from "./names";

describe("names that tools make", () => {
  test.each([
    "css-1a2b3c", "css-k008qs", "sc-bdVaJa", "sc-1a2b3c4", "jsx-2871293847", "svelte-1tky8bj", "emotion-0", "ng-c3847562", "ng-tns-c12-3",
    "Card_root__ujiwo", "Button-module__primary--x9Kd2", "styles_wrapper__2fK3x", "MuiButton-root-123", "ember1042", "headlessui-menu-button-7",
    "radix-4", ":r1:", "a1b2c3d4", "5f3c9a", "7d9f4c1e-8a2b-4c3d-9e0f-112233445566", "item-48213", "kxqztb", "fVzBnH",
  ])("%s", (name) => expect(isMade(name)).toBe(true));

  test.each([
    "card", "card-title", "card__title", "card__title--large", "settings", "BillingPage", "primaryAction", "btn", "nav-2", "h1", "col2", "step-10",
    "invoice-list", "account_menu", "réglages", "подписка", "strengths", "v2", "UserMenu", "oauth2", "main-content",
  ])("not %s", (name) => expect(isMade(name)).toBe(false));
});

test("classes of looks and of passing states say nothing of what an element is", () => {
  document.body.innerHTML = `<p class="flex mt-4 px-2 md:grid w-1/2 text-sm is-active selected css-1a2b3c invoice-list billing"></p>`;
  expect(classesOf(document.querySelector("p")!)).toEqual(["invoice-list", "billing"]);
});

test("attributes count that say what an element is, not how it is at the moment", () => {
  document.body.innerHTML = `<a data-testid="save" data-state="open" data-v-7ba5bd90 data-index="3" data-user="48213" href="/billing" href2="/x/7d9f4c1e8a2b"></a>`;
  expect([...document.querySelector("a")!.attributes].filter(isKept).map(({ name }) => name)).toEqual(["data-testid", "href"]);
});
