import { expect, it } from "vitest";
import type { Content } from "../../api/contentTypes";
import { Forms, namesOf, opened, placementIn, unsavedIn } from "./forms";
import { newPlacement } from "./placements/placement";

const placement = { ...newPlacement([]), id: "p1", selectors: ["#a", "#b"], languages: ["de", "fr"] };
const content = { name: "Welcome", slug: "welcome", folder: "", revision: 3, placements: [placement], goals: [] } as unknown as Content;
const form = opened(content, placement, false, "edit-p1");

it("has nothing to lose of forms that say what the server has", () => {
  expect(placementIn(form)).toEqual(placement);
  const names = { revision: 3, base: namesOf(content), touched: { name: "Welcome" } };
  expect(unsavedIn({ placement: form, names, goals: { revision: 3, base: { goals: [] }, goals: [] } }, content)).toEqual([]);
  expect(unsavedIn({}, content)).toEqual([]);
});

it("names what would be lost, and where it is", () => {
  const goal = { id: "g", name: "", event: "" };
  const held = {
    placement: { ...form, selectors: "#c" },
    names: { revision: 3, base: namesOf(content), touched: { name: "Hello", folder: "x", slug: "welcome" } },
    goals: { revision: 3, base: { goals: [] }, goals: [goal] },
  };
  expect(unsavedIn(held, content)).toEqual([
    { tab: "placements", what: "Placement: p1" },
    { tab: "settings", what: "Settings: name, folder" },
    { tab: "settings", what: "Settings: goals" },
  ]);
});

it("holds forms until they are closed, and tells who draws them", () => {
  const forms = new Forms();
  let told = 0;
  const stop = forms.subscribe(() => (told += 1));
  forms.put("placement", form);
  expect(forms.current()).toEqual({ placement: form });
  forms.put("placement", undefined);
  stop();
  forms.put("goals", undefined);
  expect([forms.current().placement, told]).toEqual([undefined, 2]);
});
