/** What the editor adds to blocks in the canvas. Blocks stand in frames there that pages do not have. */

export const CANVAS_CSS = `
:host{display:block}
.hw[data-whole]{padding:16px;min-height:14rem;background:var(--hw-background)}
[data-block]{position:relative;display:block;cursor:default;border-radius:2px;user-select:none}
[data-block]:hover:not(:has([data-block]:hover)){outline:1px dashed var(--hw-muted);outline-offset:1px}
[data-block][data-problem]{outline:2px dotted var(--hw-danger);outline-offset:1px}
[data-block][data-chosen]{outline:2px solid var(--hw-primary)!important;outline-offset:1px}
[data-type=button],[data-type=badge]{display:inline-block;vertical-align:bottom;max-width:100%}
:is([data-type=button],[data-type=badge]):not(:last-child){margin-inline-end:.5em}
[data-type=column]{flex:1 1 min(100%,12em);min-width:0}
[data-type=column]>.hw-column{min-height:3rem}
.hw-align-center>[data-block]>:is(.hw-image,.hw-video,.hw-image-link){margin-inline:auto}
.hw-align-end>[data-block]>:is(.hw-image,.hw-video,.hw-image-link){margin-inline-start:auto}
.hw-card-active [data-block]{z-index:1}
:is(a,button,label,summary){cursor:default!important}
:is(img,video,.hw-field){pointer-events:none}
.tag{position:absolute;z-index:3;inset-block-end:calc(100% + 2px);inset-inline-start:-2px;padding:1px 6px;max-width:16rem;overflow:hidden;white-space:nowrap;text-overflow:ellipsis;border-radius:3px 3px 3px 0;background:var(--hw-primary);color:var(--hw-on-primary);font:600 11px/1.5 system-ui,sans-serif;cursor:grab;touch-action:none;user-select:none}
.hole{display:flex;align-items:center;justify-content:center;min-height:3rem;margin:0;padding:.5rem;border:1px dashed var(--hw-border);border-radius:4px;color:var(--hw-soft);font-size:.8125rem;text-align:center}
.writer{display:block;width:100%;margin:0;padding:0;border:0;background:transparent;color:inherit;font:inherit;letter-spacing:inherit;text-align:inherit;resize:none;overflow:hidden;field-sizing:content;min-width:3ch;outline:none;user-select:text}
[data-type=button] .writer,[data-type=badge] .writer{width:auto}
[data-writing]{outline-style:dashed!important}
`;
