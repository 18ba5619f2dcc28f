/** headwater's look on Mantine: river blue-green, system fonts, text colours that keep 4.5:1 in both schemes. */

import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";
import { busyButton } from "./parts/busyButton";

const river: MantineColorsTuple = [
  "#e6f6f9",
  "#d1ebf0",
  "#a5d6e0",
  "#75c0d0",
  "#4dacc1",
  "#2b98b0",
  "#167f97",
  "#0b6a7d",
  "#075667",
  "#034452",
];

const amber: MantineColorsTuple = [
  "#fff7e0",
  "#ffedb8",
  "#ffdf85",
  "#ffd35c",
  "#f5c244",
  "#d99e1b",
  "#b47c00",
  "#7d5600",
  "#604200",
  "#452f00",
];

const brick: MantineColorsTuple = [
  "#fff0ee",
  "#ffdfdb",
  "#ffbdb6",
  "#ff9a8f",
  "#ff9a8f",
  "#f2695a",
  "#d63a2b",
  "#b42318",
  "#8f1a11",
  "#6b110a",
];

/** Fields and their lines in the dark scheme: of the same blue-green greys as the cards that they stand on. */
const dark: MantineColorsTuple = [
  "#ccd4d8",
  "#b8c1c6",
  "#828e95",
  "#69757c",
  "#42525b",
  "#34424a",
  "#202b31",
  "#182126",
  "#141b1f",
  "#0f1518",
];

const SANS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif';
const MONO = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace';

export const theme = createTheme({
  colors: { river, amber, brick, dark },
  primaryColor: "river",
  primaryShade: { light: 7, dark: 7 },
  fontFamily: SANS,
  fontFamilyMonospace: MONO,
  headings: {
    fontFamily: SANS,
    fontWeight: "650",
    sizes: {
      h1: { fontSize: "1.6rem" },
      h2: { fontSize: "1.15rem" },
      h3: { fontSize: "1rem" },
      h4: { fontSize: "0.95rem" },
      h5: { fontSize: "0.9rem" },
      h6: { fontSize: "0.85rem" },
    },
  },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  components: {
    Badge: { defaultProps: { tt: "none", fw: 600 } },
    Button: { defaultProps: { renderRoot: busyButton } },
  },
});

export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#4f5b66",
    "--mantine-color-placeholder": "#5c6770",
    "--mantine-color-anchor": "#08606f",
    "--mantine-color-error": "#b42318",
    "--hw-surface": "#ffffff",
    "--hw-ground": "#f4f7f8",
    "--hw-line": "#d5dde1",
    "--hw-control-line": "#7b8891",
    "--hw-ring": "#0b6a7d",
    "--hw-sql-keyword": "#8a2b6a",
    "--hw-sql-string": "#1f6f3a",
    "--hw-sql-number": "#9a3d0c",
    "--hw-sql-type": "#08606f",
  },
  dark: {
    "--mantine-color-dimmed": "#a9b4bb",
    "--mantine-color-placeholder": "#98a4ac",
    "--mantine-color-anchor": "#75c0d0",
    "--mantine-color-error": "#ff9a8f",
    "--mantine-color-body": "#182126",
    "--mantine-color-default": "#202b31",
    "--mantine-color-default-hover": "#2a373e",
    "--mantine-color-default-border": "#42525b",
    "--hw-surface": "#182126",
    "--hw-ground": "#11181c",
    "--hw-line": "#2c3940",
    "--hw-control-line": "#73828b",
    "--hw-ring": "#75c0d0",
    "--hw-sql-keyword": "#f09bd0",
    "--hw-sql-string": "#8fd6a6",
    "--hw-sql-number": "#ffb38a",
    "--hw-sql-type": "#75c0d0",
  },
});
