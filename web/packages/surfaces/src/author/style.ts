/** How the author's bar looks: the same on every page, in both schemes, and where the system chooses the colours. */

export const CSS_TEXT = `
:host {
  all: initial !important; display: contents !important; direction: ltr !important;
  color-scheme: light dark !important;
}
*, *::before, *::after { box-sizing: border-box; }
[hidden] { display: none !important; }
.layer, .bar {
  --paper: light-dark(#ffffff, #1c1f26); --ink: light-dark(#1b1f27, #f2f4f8); --faint: light-dark(#5a6270, #aab2c0);
  --line: light-dark(#7a8394, #8b94a5); --strong: light-dark(#1d4ed8, #93b4ff); --on-strong: light-dark(#ffffff, #10141c);
  --good: light-dark(#1a7f37, #57d27a);
  position: fixed; z-index: 2147483647; margin: 0; border: 0; padding: 0; color: var(--ink);
  font: 14px/1.45 system-ui, "Segoe UI", Roboto, sans-serif; text-align: start;
}
.layer { inset: 0; width: auto; height: auto; max-width: none; max-height: none; background: none; overflow: hidden; pointer-events: none; }
.pane { position: absolute; inset: 0; pointer-events: auto; cursor: crosshair; outline: none; }
.pane:focus-visible { box-shadow: inset 0 0 0 3px var(--strong); }
.frame { position: absolute; outline: 2px solid #1d4ed8; box-shadow: 0 0 0 3px #ffffff; background: rgb(29 78 216 / 10%); }
.frame.chosen { outline-color: #1a7f37; background: rgb(26 127 55 / 12%); }
.name {
  position: absolute; left: -2px; bottom: calc(100% + 3px); padding: 1px 6px; border-radius: 4px 4px 0 0;
  background: #1d4ed8; color: #ffffff; font: 12px/1.4 ui-monospace, Menlo, Consolas, monospace; white-space: nowrap;
}
.name.below { bottom: auto; top: 100%; border-radius: 0 0 4px 4px; }
.chosen .name { background: #1a7f37; }
.mark { position: absolute; background: #b4460a; box-shadow: 0 0 0 1px #ffffff; }
.mark.instead { background: repeating-linear-gradient(45deg, rgb(180 70 10 / 45%) 0 6px, rgb(180 70 10 / 15%) 6px 14px); }
.bar {
  inset: auto 12px 12px 12px; width: auto; max-width: 720px; max-height: calc(100vh - 24px); overflow: auto; margin-inline: auto;
  background: var(--paper); border: 1px solid var(--line); border-radius: 10px; box-shadow: 0 8px 30px rgb(0 0 0 / 30%);
  padding: 12px 14px;
}
.bar.top { inset: 12px 12px auto 12px; }
.bar.small { max-width: 480px; }
h2 { margin: 0; font-size: 15px; line-height: 1.35; overflow-wrap: anywhere; }
p { margin: 4px 0 0; }
.hint { color: var(--faint); font-size: 13px; }
.told { font-weight: 600; overflow-wrap: anywhere; }
.told.good { color: var(--good); }
.row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin-top: 10px; }
.head button { flex: none; white-space: nowrap; }
.head { display: flex; gap: 8px; align-items: start; justify-content: space-between; }
button, select {
  font: inherit; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 6px;
  min-height: 32px; min-width: 32px; padding: 4px 12px; cursor: pointer;
}
button.main { background: var(--strong); border-color: var(--strong); color: var(--on-strong); font-weight: 600; }
button:focus-visible, select:focus-visible, summary:focus-visible, input:focus-visible { outline: 3px solid var(--strong); outline-offset: 2px; }
fieldset { border: 0; margin: 10px 0 0; padding: 0; min-width: 0; display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; }
legend { float: left; padding: 0; margin-inline-end: 4px; }
label { display: inline-flex; gap: 6px; align-items: center; min-height: 28px; cursor: pointer; }
input[type=radio] { width: 18px; height: 18px; margin: 0; accent-color: var(--strong); }
summary { min-height: 28px; padding: 4px 0; cursor: pointer; width: fit-content; }
details ol { margin: 4px 0 0; padding-inline-start: 22px; }
code { font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
kbd { font: inherit; border: 1px solid var(--line); border-radius: 4px; padding: 0 4px; }
@media (forced-colors: active) {
  .frame { outline-color: Highlight; forced-color-adjust: none; }
  .mark { background: Highlight; forced-color-adjust: none; }
  .pane:focus-visible { outline: 3px solid Highlight; outline-offset: -3px; }
  .bar { border-color: CanvasText; }
}
`;
