/** How well two colours can be told apart (WCAG 2.2, 1.4.3 and 1.4.11), and which pairs of a style guide have to be. */

import type { StyleColors } from "../../api/contentTypes";

export const TOKENS = [
  "background",
  "surface",
  "primary",
  "secondary",
  "text",
  "muted",
  "border",
  "success",
  "warning",
  "danger",
] as const;

const TEXT = 4.5;
const EDGE = 3;
const HEX = /^#[0-9a-f]{6}$/i;

export const isColour = (text: string): boolean => HEX.test(text);

/** 1 (the same) to 21 (black on white), of colours as `#rrggbb`. */
export function ratio(one: string, other: string): number {
  const [darker, lighter] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => linear(Number.parseInt(colour.slice(at, at + 2), 16) / 255)) as [
    number,
    number,
    number,
  ];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const linear = (channel: number) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4);

export type Pair = { token: string; behind: string; ratio: number; needed: number; isEnough: boolean };

/** The colour of words on a ground, as pages draw them: black or white, whichever stands out more. */
export const wordsOn = (ground: string): "#000000" | "#ffffff" =>
  ratio("#000000", ground) >= ratio("#ffffff", ground) ? "#000000" : "#ffffff";

/** Every pair that readers must tell apart. None while a colour is half written. */
export function pairs(colors: StyleColors): Pair[] {
  if (!TOKENS.every((token) => isColour(colors[token] ?? ""))) return [];
  const pair = (token: string, behind: string, needed: number): Pair => {
    const found = ratio(colors[token] ?? "", colors[behind] ?? "");
    return { token, behind, ratio: found, needed, isEnough: found >= needed };
  };
  return ["background", "surface"].flatMap((behind) => [
    ...["text", "muted", "primary"].map((token) => pair(token, behind, TEXT)),
    pair("border", behind, EDGE),
  ]);
}

/** Cut, not rounded: what fails must not read as what passes. */
export const shownRatio = (value: number): string => (Math.floor(value * 100) / 100).toFixed(2);
