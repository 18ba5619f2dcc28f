/**
 * The document as pages will show it, in a shadow root of its own as there, so that the dashboard's styles and the
 * content's do not meet. A click chooses, a double click writes, and a drag moves; nothing in it acts.
 */

import {
  createContext,
  type KeyboardEvent,
  memo,
  type MouseEvent,
  type PointerEvent,
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { createPortal } from "react-dom";
import { CANVAS_CSS } from "./canvasCss";
import { type Held, useHeld } from "./held";
import { guideCss, PAGE_CSS, type Scene, sceneWith, View } from "./drawing";
import { type Block, BLOCKS, type ComponentEntry, type StyleGuide, type Tree } from "./model";
import { nameOf, titleOf } from "./names";
import { find, isFixed } from "./tree";
import type { Begin } from "./useDrag";
import type { Tools } from "./useEditing";
import { Writer } from "./Writer";

/** What all blocks of the canvas have in common: one object for as long as the editor is open. */
type Desk = {
  scene: Scene;
  chosen: Held<string | null>;
  /** The block whose text is being written in the canvas. */
  writing: Held<string | null>;
  problems: Held<ReadonlySet<string>>;
  nameOf: (block: Block) => string;
  onWritten: (id: string, text: string) => void;
  onLeft: () => void;
};

const DeskContext = createContext<Desk | null>(null);
const useDesk = (): Desk => useContext(DeskContext) as Desk;

type Given = {
  tree: Tree;
  tools: Tools;
  chosen: Held<string | null>;
  writing: Held<string | null>;
  problems: Held<ReadonlySet<string>>;
  components: readonly ComponentEntry[];
  styleguide: StyleGuide | null;
  scheme: "light" | "dark";
  readOnly: boolean;
  root: RefObject<ShadowRoot | null>;
  begin: Begin;
  onWrite: (id: string) => void;
  onLeft: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
  onCommand: (event: KeyboardEvent) => void;
};

export function Canvas(given: Given) {
  const { tree, tools, chosen, writing, problems, components, styleguide, scheme, readOnly, root, begin, onWrite, onLeft } = given;
  const host = useRef<HTMLDivElement>(null);
  const shadow = useShadow(host, root, styleguide, scheme);
  const desk = useMemo<Desk>(
    () => ({
      scene: sceneWith((block) => <p className="hole">{titleOf(block, components)}: drawn by your page</p>),
      chosen,
      writing,
      problems,
      nameOf: (block) => nameOf(block, components),
      onWritten: (id, text) => {
        const block = find(tools.now(), id)?.block;
        const prop = block && BLOCKS[block.type].inline;
        if (prop) tools.change(id, { [prop]: text });
      },
      onLeft,
    }),
    [components, tools, chosen, writing, problems, onLeft],
  );

  function onPointerDown(event: PointerEvent) {
    const id = blockAt(event.target);
    if (readOnly || id === null || event.button !== 0 || isWriter(event.target)) return;
    if (event.pointerType === "touch" && !isTag(event.target)) return;
    const block = find(tools.now(), id)?.block;
    if (block && !isFixed(block)) begin(event, { id, title: desk.nameOf(block) });
  }
  function onClick(event: MouseEvent) {
    if (isWriter(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    tools.choose(blockAt(event.target));
  }
  function onDoubleClick(event: MouseEvent) {
    const id = blockAt(event.target);
    const block = id === null ? null : find(tools.now(), id)?.block;
    if (block && BLOCKS[block.type].inline && !readOnly && !isWriter(event.target)) onWrite(block.id);
  }

  return (
    <div ref={host} className="hw-canvas-host">
      {shadow &&
        createPortal(
          <DeskContext.Provider value={desk}>
            <div
              className="hw"
              data-whole
              onPointerDown={onPointerDown}
              onClickCapture={onClick}
              onDoubleClick={onDoubleClick}
              // Keys of the canvas come to the editor twice otherwise: out of the portal, and out of the shadow root.
              onKeyDown={(event) => {
                if (!isWriter(event.target)) given.onCommand(event);
                given.onKeyDown(event);
                event.stopPropagation();
              }}
              onSubmit={(event) => event.preventDefault()}
              onDragStart={(event) => event.preventDefault()}
            >
              {tree.blocks.length === 0 ? (
                <p className="hole">Nothing here yet. Drag a block here, or press one in the list of blocks.</p>
              ) : (
                tree.blocks.map((block) => <Placed key={block.id} block={block} />)
              )}
            </div>
          </DeskContext.Provider>,
          shadow,
        )}
    </div>
  );
}

/** The shadow root, with the sheets that pages have and the editor's own. */
function useShadow(
  host: RefObject<HTMLDivElement | null>,
  root: RefObject<ShadowRoot | null>,
  guide: StyleGuide | null,
  scheme: "light" | "dark",
) {
  const [shadow, setShadow] = useState<ShadowRoot | null>(null);
  useLayoutEffect(() => {
    if (!host.current) return;
    const made = host.current.shadowRoot ?? host.current.attachShadow({ mode: "open" });
    root.current = made;
    setShadow(made);
    // What stands in the canvas is looked at and not used: the keyboard goes past it, to the outline.
    const watch = new MutationObserver(() => passOver(made));
    watch.observe(made, { childList: true, subtree: true });
    passOver(made);
    return () => watch.disconnect();
  }, [host, root]);
  useLayoutEffect(() => {
    if (!shadow) return;
    shadow.adoptedStyleSheets = [PAGE_CSS, guideCss(guide, scheme), CANVAS_CSS].map((text) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      return sheet;
    });
  }, [shadow, guide, scheme]);
  return shadow;
}

function passOver(root: ShadowRoot) {
  const all = root.querySelectorAll<HTMLElement>(":is(a[href],button,input,select,textarea,video):not([tabindex],[data-writer])");
  for (const each of all) each.tabIndex = -1;
}

const closest = (target: EventTarget | null, selector: string): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>(selector) : null;
const blockAt = (target: EventTarget | null): string | null => closest(target, "[data-block]")?.dataset.block ?? null;
const isWriter = (target: EventTarget | null): boolean => closest(target, "[data-writer]") !== null;
const isTag = (target: EventTarget | null): boolean => closest(target, ".tag") !== null;

/** A block in its frame. What an edit leaves the same object is not drawn anew. */
const Placed = memo(function Placed({ block }: { block: Block }) {
  const desk = useDesk();
  const isChosen = useHeld(desk.chosen, (id) => id === block.id);
  const isWriting = useHeld(desk.writing, (id) => id === block.id);
  const hasProblem = useHeld(desk.problems, (ids) => ids.has(block.id));
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Where the parts stand below each other this would take away what is being used.
    const isBeside = window.matchMedia("(min-width: 60rem)").matches;
    if (isChosen && isBeside) frame.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [isChosen]);
  return (
    <div
      ref={frame}
      data-block={block.id}
      data-type={block.type}
      data-chosen={isChosen || undefined}
      data-problem={hasProblem || undefined}
      data-writing={isWriting || undefined}
    >
      {isChosen && (
        <span className="tag" aria-hidden="true">
          <bdi>{desk.nameOf(block)}</bdi>
        </span>
      )}
      <Drawn block={block} isWriting={isWriting} />
    </div>
  );
});

function Drawn({ block, isWriting }: { block: Block; isWriting: boolean }) {
  const desk = useDesk();
  const prop = BLOCKS[block.type].inline;
  if (isWriting && prop) {
    const writer = <Writer block={block} prop={prop} what={desk.nameOf(block)} onChange={desk.onWritten} onLeave={desk.onLeft} />;
    // Within a button the space bar would press it.
    if (block.type === "button") return <span className={`hw-button hw-style-${String(block.props.style ?? "primary")}`}>{writer}</span>;
    return <View block={block} scene={{ ...desk.scene, text: (_, name) => (name === prop ? writer : undefined) }} />;
  }
  const missing = missingIn(block);
  if (missing) return <p className="hole">{missing}</p>;
  return (
    <View block={block} scene={desk.scene}>
      {block.blocks && heldBy(block)}
    </View>
  );
}

function heldBy(block: Block): ReactNode {
  const blocks = block.blocks ?? [];
  if (blocks.length > 0) return blocks.map((each) => <Placed key={each.id} block={each} />);
  return <p className="hole">{BLOCKS[block.type].title}: empty</p>;
}

/** What would show as nothing, in words. */
function missingIn({ type, props }: Block): string | null {
  const isEmpty = (value: unknown) => typeof value !== "string" || value.trim() === "";
  if (type === "image" && isEmpty(props.src)) return "Image: give its address";
  if (type === "video" && isEmpty(props.src)) return "Video: give its address";
  if (BLOCKS[type].inline && isEmpty(props.text)) return `${BLOCKS[type].title}: no text yet`;
  return null;
}
