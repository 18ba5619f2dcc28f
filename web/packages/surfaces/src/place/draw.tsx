/** @jsxImportSource preact */
/** One content in one place: an element of ours with an open shadow root, which lets in no style and lets out none. */

import { render } from "preact";
import type { Tree } from "../model";
import { type Colors, CSS, properties, type Style } from "../style";
import type { Scene } from "../views/scene";
import { Blocks } from "../views/view";
import { HOST_CLASS } from "./find";
import { paced } from "./pace";
import { onScheme, schemeAt } from "./scheme";

export interface Drawn {
  host: HTMLElement;
  /** What is looked at: of a modal its dialog. */
  body: HTMLElement;
  /** Draws what has changed, over several frames if it is much. */
  draw(scene: Scene): void;
  /** It stands in the page, and suits what is behind it. Once all of it is drawn it shows, a modal opens; `opened` is called. */
  open(opened: () => void): void;
  /** Takes all of it away. */
  remove(): void;
}

export interface Named {
  contentId: string;
  slug: string;
  placementId: string;
  name: string;
}

/** Whether this browser can: without sheets that are made by script nothing could be drawn under a strict policy. */
export const CAN_DRAW = typeof ShadowRoot === "function" && "adoptedStyleSheets" in ShadowRoot.prototype && "replaceSync" in CSSStyleSheet.prototype;

let common: CSSStyleSheet | undefined;
const guides = new Map<string, CSSStyleSheet>();

function sheet(text: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

/** Every place shares them. */
export function sheets(style: Style | undefined, scheme?: "light" | "dark"): CSSStyleSheet[] {
  const text = properties(style ?? { light: {} as Colors }, scheme);
  const own = guides.get(text) ?? sheet(text);
  guides.set(text, own);
  return [(common = common ?? sheet(CSS)), own];
}

/** `closed`: somebody closed the modal; it is not told of `remove`. */
export function prepare(tree: Tree, named: Named, style: Style | undefined, closed: (how: string) => void, warn: (sentence: string) => void): Drawn {
  const host = document.createElement("div");
  host.className = HOST_CLASS;
  host.setAttribute("data-headwater-content-id", named.contentId);
  host.setAttribute("data-headwater-slug", named.slug);
  if (named.placementId) host.setAttribute("data-headwater-placement-id", named.placementId);
  const root = host.attachShadow({ mode: "open" });
  const dialog = tree.kind === "modal" ? document.createElement("dialog") : undefined;
  const inner = document.createElement("div");
  inner.className = "hw";
  (dialog ?? root).append(inner);
  let how = "OnClose";
  let isGone = false;
  if (dialog) {
    root.append(dialog);
    root.adoptedStyleSheets = sheets(style);
    dialog.className = `hw-dialog hw-dialog-${tree.size ?? "medium"}`;
    dialog.setAttribute("aria-label", tree.title ?? named.name);
    // The dialog itself has the focus first: whatever it says is read, and Enter presses nothing yet.
    dialog.tabIndex = -1;
    dialog.addEventListener("close", () => {
      if (!isGone) closed(how);
    });
  }
  const suit = () => (root.adoptedStyleSheets = sheets(style, schemeAt(host)));
  let unsuit: (() => void) | undefined;
  const close = () => {
    how = "OnClick";
    dialog?.close();
  };
  const pace = paced(tree.blocks, (error) => warn(`a part of the content ${named.slug} could not be drawn: ${String(error)}`));
  /** Laid out as it will be, but neither seen nor in anybody's way. */
  const hidden = (dialog ?? inner).classList;
  let isWhole = false;
  let tell: (() => void) | undefined;
  const appear = () => {
    if (!isWhole || !tell) return;
    hidden.remove("hw-drawing");
    if (dialog && !dialog.open) {
      dialog.showModal();
      dialog.focus();
    }
    tell();
    tell = undefined;
  };
  return {
    host,
    body: dialog ?? host,
    draw(scene) {
      const given = { ...scene, views: pace.views };
      const button = dialog && <button type="button" className="hw-close" aria-label={scene.words.close} onClick={close}>×</button>;
      pace.run(
        () => render(<>{button}<Blocks blocks={tree.blocks} scene={given} /></>, inner),
        () => {
          isWhole = true;
          appear();
        },
      );
      if (!isWhole) hidden.add("hw-drawing");
    },
    open(opened) {
      tell = opened;
      if (!dialog) {
        suit();
        unsuit = unsuit ?? onScheme(suit);
      }
      appear();
    },
    remove() {
      isGone = true;
      pace.stop();
      unsuit?.();
      dialog?.close();
      render(null, inner);
      host.remove();
    },
  };
}
