import { expect, it } from "vitest";
import { roomCss } from "./room";

it("writes the lines from the narrowest on, and only those that change something", () => {
  const heights = [
    { widthPx: 320, heightPx: 312 },
    { widthPx: 768, heightPx: 248 },
    { widthPx: 1280, heightPx: 248 },
  ];
  expect(roomCss("#slot", heights)).toBe(
    "#slot { min-height: 312px }\n@media (min-width: 768px) { #slot { min-height: 248px } }",
  );
});

it("writes nothing for what has no height", () => {
  expect(roomCss("#slot", [{ widthPx: 320, heightPx: 0 }])).toBe("");
});
