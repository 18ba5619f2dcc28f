import { expect, test } from "vitest";
import { blankInWords, pieces } from "./blanks";

const shown = (text: string) => pieces(text).map(({ text, isBlank }) => (isBlank ? `[${text}]` : text)).join("");

test.each([
  ["u-1", "u-1"],
  ["Ada Lovelace", "Ada Lovelace"],
  [" u-1", "[ ]u-1"],
  ["u-1  ", "u-1[  ]"],
  ["a  b", "a[  ]b"],
  ["a\tb", "a[\t]b"],
  ["a\u00a0b", "a[\u00a0]b"],
  ["u\u200b-1", "u[\u200b]-1"],
  ["\ufeffu-1", "[\ufeff]u-1"],
  [" ", "[ ]"],
  ["", ""],
])("of %j the blanks are told apart that nobody would see", (text, expected) => {
  expect(shown(text)).toBe(expected);
});

test("joined signs stay whole", () => {
  expect(pieces("👩\u200d💻 a")).toEqual([{ text: "👩\u200d💻 a", isBlank: false }]);
});

test("blanks in words", () => {
  expect([" ", "   ", "\t", "\u200b\u200b"].map(blankInWords)).toEqual([
    "a blank",
    "3 blanks",
    "an unseen character",
    "2 unseen characters",
  ]);
});
