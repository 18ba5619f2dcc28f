/**
 * The drag-and-drop editor of one document. All that can be dragged can be pressed and typed as well.
 *
 * It holds the tree itself from when it opens: to show another one, give it another `key`.
 */

import "./editor.css";
import { SegmentedControl, Tabs, useComputedColorScheme } from "@mantine/core";
import { type KeyboardEvent, memo, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { adopted, stored } from "./adapter";
import { Canvas } from "./Canvas";
import { Commands } from "./Commands";
import { Fold } from "./Fold";
import { Held } from "./held";
import { Interactions } from "./Interactions";
import { RedoIcon, UndoIcon } from "./icons";
import { command } from "./keys";
import { BLOCKS, type ComponentEntry, LIMITS, type Problem, type StyleGuide, type Tree } from "./model";
import { interactionsOf } from "./names";
import { Outline } from "./Outline";
import { Palette } from "./Palette";
import { Properties } from "./Properties";
import { Tool } from "./Tool";
import { countOf, find } from "./tree";
import { useDrag } from "./useDrag";
import { useEditing } from "./useEditing";
import { Whole } from "./Whole";
import { WritingBar } from "./WritingBar";

export type EditorProps = {
  tree: Tree;
  /** Told of each edit, with the tree as it is stored. */
  onChange: (tree: Tree) => void;
  contentName: string;
  /** The workspace's manifest. */
  components: readonly ComponentEntry[];
  /** Null: the colours that content has by default. */
  styleguide: StyleGuide | null;
  /** What the picker offers: `user.name`, `account.plan`. Others can be typed. */
  variables: readonly string[];
  /** Of this document. */
  problems?: readonly Problem[];
  readOnly?: boolean;
  /** The block that is chosen at first. */
  block?: string;
};

const WIDTHS = { mobile: "360px", tablet: "768px", desktop: "100%" } as const;
type Width = keyof typeof WIDTHS;
type Side = "settings" | "interactions" | "whole";
const NONE: readonly Problem[] = [];

/** Whoever keeps the tree gives it back with each edit: that draws nothing anew. */
export function Editor({ tree, onChange, ...rest }: EditorProps) {
  const [first] = useState(() => adopted(tree));
  const latest = useRef(onChange);
  latest.current = onChange;
  const tell = useCallback((edited: Tree) => latest.current(stored(edited)), []);
  return <Opened {...rest} tree={first} onChange={tell} />;
}

const Opened = memo(function Opened(given: EditorProps) {
  const { contentName, components, styleguide, variables, problems = NONE, readOnly = false } = given;
  const editing = useEditing({ tree: given.tree, components, readOnly, onChange: given.onChange });
  const { tree, chosen, tools } = editing;
  const found = useMemo(() => (chosen === null ? null : find(tree, chosen)), [tree, chosen]);
  const faulty = useMemo(() => new Set(problems.flatMap(({ nodeId }) => nodeId ?? [])), [problems]);
  const [width, setWidth] = useState<Width>("desktop");
  const own = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const [scheme, setScheme] = useState(own);
  const [side, setSide] = useState<Side>("settings");
  const [isSideOpen, setSideOpen] = useState(true);
  const [isWide] = useState(() => window.matchMedia("(min-width: 60rem)").matches);
  const [areBlocksOpen, setBlocksOpen] = useState(isWide || tree.blocks.length === 0);
  const [isOutlineOpen, setOutlineOpen] = useState(isWide);
  const whole = useRef<HTMLDivElement>(null);
  const shadow = useRef<ShadowRoot | null>(null);
  const held = useRef({
    chosen: new Held<string | null>(null),
    writing: new Held<string | null>(null),
    problems: new Held<ReadonlySet<string>>(new Set()),
  }).current;
  const { drag, begin } = useDrag(tools, shadow);

  useEffect(() => {
    if (given.block && find(tools.now(), given.block)) tools.choose(given.block);
  }, [given.block, tools]);
  useLayoutEffect(() => {
    held.chosen.set(chosen);
    held.problems.set(faulty);
    if (held.writing.get() !== chosen) held.writing.set(null);
  }, [held, chosen, faulty]);

  /** Where the focus was before a text was written in the canvas: it goes back there. */
  const opener = useRef<HTMLElement | null>(null);
  const write = useCallback(
    (id: string) => {
      opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
      tools.choose(id);
      held.writing.set(id);
    },
    [tools, held],
  );
  const leave = useCallback(() => {
    const active = document.activeElement;
    const wasHere = shadow.current?.activeElement != null || active?.closest("[data-writing-bar]") != null;
    held.writing.set(null);
    if (wasHere && opener.current?.isConnected) opener.current.focus({ preventScroll: true });
    opener.current = null;
  }, [held]);
  /** To the text of the block, or to the first of its settings. */
  const open = useCallback(
    (id: string) => {
      const block = find(tools.now(), id)?.block;
      if (block && BLOCKS[block.type].inline && !readOnly) return write(id);
      // Drawn at once, so that what is typed next is typed there.
      flushSync(() => {
        setSide("settings");
        setSideOpen(true);
        tools.choose(id);
      });
      whole.current?.querySelector<HTMLElement>(FIRST_SETTING)?.focus();
    },
    [tools, write, readOnly],
  );

  function onKeyDown(event: KeyboardEvent) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) tools.undo();
    else if (key === "y" || (key === "z" && event.shiftKey)) tools.redo();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function onCommand(event: KeyboardEvent) {
    if (chosen !== null && !readOnly) command(event, chosen, tools, open);
  }

  const general = problems.filter(({ nodeId }) => !nodeId).length;
  const interactions = interactionsOf(tree, contentName, components).length;
  return (
    <div className="hw-studio" ref={whole} onKeyDown={onKeyDown} data-dragging={drag ? true : undefined}>
      <div className="hw-studio-bar">
        <div className="hw-studio-group" role="group" aria-label="Steps">
          <Tool label="Undo" keys="Control+Z" isOff={readOnly || !editing.canUndo} onPress={tools.undo}>
            <UndoIcon size={16} />
          </Tool>
          <Tool label="Redo" keys="Control+Shift+Z" isOff={readOnly || !editing.canRedo} onPress={tools.redo}>
            <RedoIcon size={16} />
          </Tool>
        </div>
        <Commands tree={tree} found={found} components={components} readOnly={readOnly} tools={tools} onWrite={write} />
        {(styleguide === null || styleguide.dark !== null) && (
          <SegmentedControl
            size="xs"
            aria-label="Colours of the canvas"
            value={scheme}
            onChange={(to) => setScheme(to as typeof scheme)}
            data={[
              { value: "light", label: "Light" },
              { value: "dark", label: "Dark" },
            ]}
          />
        )}
        <SegmentedControl
          size="xs"
          aria-label="Width of the canvas"
          value={width}
          onChange={(to) => setWidth(to as Width)}
          data={[
            { value: "mobile", label: "Mobile" },
            { value: "tablet", label: "Tablet" },
            { value: "desktop", label: "Desktop" },
          ]}
        />
      </div>
      {/* A sentence that is said again is another one to screen readers. */}
      <p role="status" className="hw-aside hw-studio-said" data-testid="editor-said">
        {editing.said.text}
        {editing.said.turn % 2 === 1 ? "\u00a0" : ""}
      </p>
      <div className="hw-studio-parts">
        <div className="hw-studio-start">
          <Fold title="Blocks" isOpen={areBlocksOpen} onToggle={setBlocksOpen}>
            <Palette components={components} readOnly={readOnly} onAdd={tools.add} begin={begin} />
          </Fold>
          <Fold title="Outline" isOpen={isOutlineOpen} onToggle={setOutlineOpen}>
            <Outline tree={tree} chosen={chosen} tools={tools} components={components} problems={faulty} onOpen={open} />
          </Fold>
        </div>
        <section
          className="hw-studio-canvas"
          aria-label="Canvas"
          tabIndex={0}
          onKeyDown={(event) => {
            if (event.target === event.currentTarget) onCommand(event);
          }}
        >
          <div className="hw-studio-page" data-kind={tree.kind} data-size={tree.size ?? "medium"} style={{ width: WIDTHS[width] }}>
            {tree.kind === "modal" && <p className="hw-studio-window">{tree.title || "A window without a title"}</p>}
            <Canvas
              tree={tree}
              tools={tools}
              chosen={held.chosen}
              writing={held.writing}
              problems={held.problems}
              components={components}
              styleguide={styleguide}
              scheme={scheme}
              readOnly={readOnly}
              root={shadow}
              begin={begin}
              onWrite={write}
              onLeft={leave}
              onKeyDown={onKeyDown}
              onCommand={onCommand}
            />
            <WritingBar
              tree={tree}
              writing={held.writing}
              canvas={shadow}
              variables={variables}
              tools={tools}
              onLeave={leave}
            />
          </div>
        </section>
        <Fold title="Settings and interactions" isOpen={isSideOpen} onToggle={setSideOpen} className="hw-studio-end">
          <Tabs value={side} onChange={(to) => setSide((to ?? "settings") as Side)} keepMounted={false}>
            <Tabs.List aria-label="About the blocks">
              <Tabs.Tab value="settings">Block</Tabs.Tab>
              <Tabs.Tab value="interactions">Interactions ({interactions})</Tabs.Tab>
              <Tabs.Tab value="whole">Whole{general > 0 && ` (${general} to mend)`}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="settings" pt="sm">
              <Properties
                found={found}
                contentName={contentName}
                components={components}
                variables={variables}
                problems={problems}
                readOnly={readOnly}
                tools={tools}
              />
            </Tabs.Panel>
            <Tabs.Panel value="interactions" pt="sm">
              <Interactions
                tree={tree}
                contentName={contentName}
                components={components}
                readOnly={readOnly}
                tools={tools}
              />
            </Tabs.Panel>
            <Tabs.Panel value="whole" pt="sm">
              <Whole tree={tree} problems={problems} readOnly={readOnly} tools={tools} />
            </Tabs.Panel>
          </Tabs>
        </Fold>
      </div>
      <p className="hw-aside">
        {countOf(tree)} of {LIMITS.blocks} blocks
      </p>
      {drag && (
        <>
          <div className="hw-drag-ghost" aria-hidden="true" data-off={drag.line === null || undefined} style={{ left: drag.point.x + 12, top: drag.point.y + 12 }}>
            {drag.title}
          </div>
          {drag.line && <div className="hw-drag-line" aria-hidden="true" style={drag.line} />}
        </>
      )}
    </div>
  );
});

const FIRST_SETTING = "[data-settings] :is(input,select,textarea,button)";
