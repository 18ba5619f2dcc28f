/**
 * How content looks, as the text of style sheets. Everything is in `.hw`, which lets nothing in from the page around it.
 *
 * Colours, font and corners are custom properties that the workspace's style guide fills in.
 */

export const TOKENS = [
  "background", "surface", "primary", "secondary", "text", "muted", "border", "success", "warning", "danger",
] as const;
export type Token = (typeof TOKENS)[number];
export type Colors = Readonly<Record<Token, string>>;

/** As the bootstrap answer carries it. */
export interface Style {
  light: Colors;
  dark?: Colors | null;
  /** As CSS has it; empty: the system's. */
  font?: string;
  sizePx?: number;
  radiusPx?: number;
}

export const DEFAULT_STYLE: Style = {
  light: {
    background: "#ffffff", surface: "#f6f7f9", primary: "#1f5fbf", secondary: "#3d4a5c", text: "#1b2430", muted: "#566273",
    border: "#7d8898", success: "#1c7a43", warning: "#8a5a00", danger: "#b3261e",
  },
  dark: {
    background: "#14181f", surface: "#1e242e", primary: "#8ab4f8", secondary: "#c3cbd6", text: "#e9edf3", muted: "#a9b4c2",
    border: "#7f8b9b", success: "#6fd394", warning: "#f0b95a", danger: "#f2938c",
  },
};

const SYSTEM_FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif";

/**
 * The custom properties of a style guide. `scheme` holds it to one; else the dark one follows the browser. Where it is dark
 * and the guide is not, there is something light behind all that is written.
 */
export function properties(style: Style, scheme?: "light" | "dark"): string {
  const { light, dark } = style;
  const rest = `--hw-font:${fontOf(style.font)};--hw-size:${sizeOf(style.sizePx, 16)}px;--hw-radius:${sizeOf(style.radiusPx, 8)}px;`;
  const first = scheme === "dark" && dark ? dark : light;
  const isDark = first === dark;
  const plate = scheme === "dark" && !dark ? "background:var(--hw-background);box-shadow:0 0 0 .5em var(--hw-background);" : "";
  const sheet = `.hw{${rest}${colors(first)}${plate}color-scheme:${isDark ? "dark" : "light"}}`;
  if (!dark || scheme) return sheet;
  return `${sheet}@media (prefers-color-scheme:dark){.hw{${colors(dark)}color-scheme:dark}}`;
}

/** Names end where a value could begin something else. */
function fontOf(font: string | undefined): string {
  return font && /^[\p{L}\p{N} ,'"_-]+$/u.test(font) ? `${font},${SYSTEM_FONT}` : SYSTEM_FONT;
}

function sizeOf(given: unknown, otherwise: number): number {
  return typeof given === "number" && given >= 0 && given <= 64 ? given : otherwise;
}

function colors(set: Colors): string {
  return TOKENS.map((token) => {
    const color = /^#[0-9a-f]{6}$/i.test(set[token]) ? set[token] : /^(?:background|surface)$/.test(token) ? "#ffffff" : "#333333";
    return `--hw-${token}:${color};--hw-on-${token}:${on(color)};`;
  }).join("");
}

/** Black or white, whichever can be read on a colour: one of them always has 4.5:1. */
export function on(color: string): "#000000" | "#ffffff" {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}

/** On a background of its own a section's text is black or white, and so is what goes by it. */
const BACKGROUNDS = TOKENS.map((token) => {
  const isPlain = token === "background" || token === "surface";
  const text = isPlain ? "" : `--hw-ink:var(--hw-on-${token});--hw-soft:var(--hw-ink);--hw-link:var(--hw-ink);--hw-line:var(--hw-ink);`;
  return `.hw-bg-${token}{background:var(--hw-${token});${text}color:var(--hw-ink)}`;
}).join("");

const INK = "--hw-ink:var(--hw-text);--hw-soft:var(--hw-muted);--hw-link:var(--hw-primary);--hw-line:var(--hw-border);color:var(--hw-ink);";

const TONES = Object.entries({ neutral: "secondary", info: "primary", success: "success", warning: "warning", danger: "danger" })
  .map(([tone, token]) => `.hw-tone-${tone}{background:var(--hw-${token});color:var(--hw-on-${token})}`)
  .join("");

/**
 * Of the element that a page can reach: what its resets would hide, frame or bend. How it lies among the page's own
 * elements (margins, width, its part of a grid) is the page's to say, and what is inherited ends at `.hw`.
 */
const UNTOUCHED = [
  "display:block", "visibility:inherit", "opacity:1", "position:static", "float:none", "padding:0", "border:0", "outline:0", "background:none",
  "box-shadow:none", "filter:none", "backdrop-filter:none", "transform:none", "translate:none", "rotate:none", "scale:none", "zoom:1",
  "clip-path:none", "mask:none", "mix-blend-mode:normal", "overflow:visible", "columns:auto", "content-visibility:visible", "animation:none",
].map((each) => `${each}!important`).join(";");

/** The same for all content. */
export const CSS = `
:host{${UNTOUCHED}}
:host::before,:host::after{content:none!important}
.hw{all:initial;display:block;visibility:inherit;${INK}font:400 var(--hw-size)/1.5 var(--hw-font);overflow-wrap:break-word;text-align:start;-webkit-text-size-adjust:100%}
.hw *,.hw ::before,.hw ::after{box-sizing:border-box}
.hw :focus-visible{outline:2px solid var(--hw-ink);outline-offset:2px}
.hw-drawing{float:inline-start;width:100%;max-height:0!important;visibility:hidden!important;overflow:hidden!important}
.hw-dialog.hw-drawing{display:block;position:fixed}
.hw-section{border-radius:var(--hw-radius)}
.hw-pad-small{padding:.5em}.hw-pad-medium{padding:1em}.hw-pad-large{padding:2em}
.hw-align-start{text-align:start}.hw-align-center{text-align:center}.hw-align-end{text-align:end}
.hw-columns{display:flex;flex-wrap:wrap}
.hw-gap-small{gap:.5em}.hw-gap-medium{gap:1em}.hw-gap-large{gap:2em}
.hw-column{flex:1 1 min(100%,12em);min-width:0}
.hw-cols-1-1-1-1>*{flex-basis:min(100%,8em)}
.hw-cols-1-2>:nth-child(2),.hw-cols-2-1>:first-child{flex-grow:2;flex-basis:min(100%,20em)}
.hw-heading{margin:0;font-weight:600;line-height:1.25;text-wrap:balance}
h1.hw-heading{font-size:2em}h2.hw-heading{font-size:1.5em}h3.hw-heading{font-size:1.25em}
h4.hw-heading,h5.hw-heading,h6.hw-heading{font-size:1em}
.hw-text{margin:0}.hw-size-small{font-size:.875em}.hw-size-large{font-size:1.125em}
.hw a:not(.hw-button){color:var(--hw-link);text-decoration:underline;text-underline-offset:.15em}
.hw strong{font-weight:600}
.hw-image,.hw-video{display:block;max-width:100%;height:auto;border-radius:var(--hw-radius)}
.hw-align-center>.hw-image,.hw-align-center>.hw-video,.hw-align-center>.hw-image-link{margin-inline:auto}
.hw-align-end>.hw-image,.hw-align-end>.hw-video,.hw-align-end>.hw-image-link{margin-inline-start:auto}
.hw-image-link{display:block;width:fit-content;max-width:100%}
.hw-video{width:100%}
.hw-button{display:inline-flex;align-items:center;justify-content:center;min-height:40px;min-width:40px;max-width:100%;padding:.4em 1em;border:1px solid transparent;border-radius:var(--hw-radius);font:inherit;font-weight:600;line-height:1.25;text-align:center;text-decoration:none;cursor:pointer;vertical-align:bottom}
:is(.hw-button,.hw-badge):not(:last-child){margin-inline-end:.5em}
.hw-style-primary{background:var(--hw-primary);color:var(--hw-on-primary)}
.hw-style-secondary{background:var(--hw-surface);color:var(--hw-text);border-color:var(--hw-border)}
.hw-style-link{background:transparent;color:var(--hw-link);padding-inline:0;text-decoration:underline;text-underline-offset:.15em}
.hw-button:hover{text-decoration:underline}
.hw-bg-primary .hw-style-primary{border-color:var(--hw-on-primary)}
.hw-card{${INK}position:relative;padding:1em;background:var(--hw-surface);border:1px solid var(--hw-border);border-radius:var(--hw-radius)}
.hw-card-active:hover{border-color:var(--hw-primary)}
.hw-cover{position:absolute;inset:0;padding:0;border:0;background:transparent;border-radius:inherit;cursor:pointer}
.hw-card>.hw-cover+*{margin-block-start:0}
.hw-card-active :is(a,button,input,select,textarea,label,video):not(.hw-cover),.hw-card-active .hw-component{position:relative;z-index:1}
.hw-badge{display:inline-block;vertical-align:bottom;padding:.1em .6em;border:1px solid transparent;border-radius:1em;font-size:.8125em;font-weight:600}
${TONES}
.hw-divider{height:0;margin-block-end:0;margin-inline:0;border:0;border-block-start:1px solid var(--hw-line)}
.hw-fields{display:block}
.hw-field{display:block;min-width:0;margin-inline:0;margin-block-end:0;padding:0;border:0}
.hw-label{display:block;padding:0;font-weight:600}
.hw-hint{display:block;color:var(--hw-soft);font-size:.875em}
.hw-fault{display:block;color:var(--hw-ink);font-size:.875em;font-weight:600}
.hw-fault::before{content:"\\26A0\\FE0E\\20";content:"\\26A0\\FE0E\\20"/"";color:var(--hw-danger)}
.hw-input{display:block;width:100%;min-height:40px;margin-block-start:.25em;padding:.4em .6em;background:var(--hw-background);color:var(--hw-text);border:1px solid var(--hw-border);border-radius:var(--hw-radius);font:inherit;line-height:1.4}
.hw-input[aria-invalid]{border-color:var(--hw-danger);border-width:2px}
textarea.hw-input{resize:vertical}
.hw-option{display:flex;gap:.5em;align-items:flex-start;min-height:28px;padding-block:2px}
.hw-option input{flex:none;width:20px;height:20px;margin:.125em 0;accent-color:var(--hw-primary)}
.hw-scale{display:flex;flex-wrap:wrap;gap:4px;margin-block-start:.25em}
.hw-step{position:relative;flex:1 0 26px;max-width:48px}
.hw-step input{position:absolute;inset:0;width:100%;height:100%;margin:0;opacity:0;cursor:pointer}
.hw-step span{display:flex;align-items:center;justify-content:center;min-height:36px;background:var(--hw-background);color:var(--hw-text);border:1px solid var(--hw-border);border-radius:min(var(--hw-radius),8px);font-variant-numeric:tabular-nums}
.hw-step input:hover+span{border-color:var(--hw-primary)}
.hw-step input:checked+span{background:var(--hw-primary);color:var(--hw-on-primary);border-color:var(--hw-primary);font-weight:600}
.hw-step input:focus-visible+span{outline:2px solid var(--hw-ink);outline-offset:2px}
.hw-ends{display:flex;justify-content:space-between;gap:1em;color:var(--hw-soft);font-size:.875em}
${BACKGROUNDS}
.hw-dialog{width:min(32em,calc(100vw - 32px));max-width:none;max-height:calc(100dvh - 32px);margin:auto;padding:0;border:1px solid transparent;border-radius:12px;background:transparent;overflow:auto;overscroll-behavior:contain}
.hw-dialog-small{width:min(24em,calc(100vw - 32px))}.hw-dialog-large{width:min(56em,calc(100vw - 32px))}
.hw-dialog:focus-visible{outline:0}
.hw-dialog::backdrop{background:rgb(0 0 0/.55)}
.hw-dialog>.hw{padding:1.25em;background:var(--hw-background)}
.hw-close{float:inline-end;display:inline-flex;align-items:center;justify-content:center;width:36px;height:36px;margin:-.5em;margin-inline-start:.5em;padding:0;border:1px solid transparent;border-radius:50%;background:transparent;color:var(--hw-ink);font:inherit;font-size:1.25em;line-height:1;cursor:pointer}
.hw .hw-close+*{margin-block-start:0}
.hw>*+*,.hw-section>*+*,.hw-column>*+*,.hw-card>*+*,.hw-fields>*+*{margin-block-start:.75em}
@media (prefers-reduced-motion:no-preference){.hw-dialog[open]{animation:hw-in .15s ease-out}@keyframes hw-in{from{opacity:0;transform:translateY(8px)}}}
@media (forced-colors:active){.hw-step input:checked+span{outline:3px solid Highlight}.hw-badge,.hw-card,.hw-button,.hw-dialog{border-color:currentColor}.hw-button{border-color:ButtonText}}
`;
