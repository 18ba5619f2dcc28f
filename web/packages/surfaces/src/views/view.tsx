/** @jsxImportSource preact */
/**
 * How each block looks. Drawn by Preact in pages and by React in the editor, which puts its own children into those that
 * hold others; so only what both have is used.
 */

import type { ComponentChildren, ComponentType, VNode } from "preact";
import { fileAt, linkTo } from "../addresses";
import { plain } from "../markup";
import { type Block, type BlockType, walk } from "../model";
import { fill, fillAddress, textOf } from "../variables";
import { actionsOf, linkOf, submits } from "./actions";
import { FieldView } from "./field";
import { FormView } from "./form";
import type { Scene } from "./scene";
import { marked, string, unmarked } from "./text";

export interface Given {
  block: Block;
  scene: Scene;
  /** What stands in the block; by default the views of its blocks. */
  children?: ComponentChildren;
}

/** A block that this version does not know is left out. */
export function View(given: Given): VNode | null {
  const { type } = given.block;
  const Drawn = Object.prototype.hasOwnProperty.call(VIEWS, type) ? VIEWS[type] : undefined;
  return Drawn ? <Drawn {...given} /> : null;
}

export function Blocks({ blocks = [], scene }: { blocks?: Block[]; scene: Scene }): VNode {
  const view = (block: Block) => <View key={block.id} block={block} scene={scene} />;
  return <>{scene.views ? scene.views(blocks, scene, view) : blocks.map(view)}</>;
}

const VIEWS: Record<BlockType, ComponentType<Given>> = {
  section: (given) => {
    const { background, padding, align } = given.block.props;
    const className = classes("section", ["pad", padding ?? "medium"], ["bg", background], ["align", align]);
    return <div className={className}>{held(given)}</div>;
  },
  columns: (given) => {
    const { layout, gap } = given.block.props;
    return <div className={classes("columns", ["cols", layout ?? "1-1"], ["gap", gap ?? "medium"])}>{held(given)}</div>;
  },
  column: (given) => <div className="hw-column">{held(given)}</div>,
  heading: ({ block, scene }) => {
    const Tag = `h${levelOf(block)}` as "h2";
    return <Tag className={classes("heading", ["align", block.props.align])}>{marked(block, "text", scene)}</Tag>;
  },
  text: ({ block, scene }) => (
    <p className={classes("text", ["size", block.props.size], ["align", block.props.align])}>{marked(block, "text", scene)}</p>
  ),
  image: Image,
  video: Video,
  button: Button,
  card: Card,
  badge: ({ block, scene }) => (
    <span className={classes("badge", ["tone", block.props.tone ?? "neutral"])}>{marked(block, "text", scene)}</span>
  ),
  divider: () => <hr className="hw-divider" />,
  form: FormView,
  field: FieldView,
  component: ({ block, scene }) => <div className="hw-component">{scene.component?.(block)}</div>,
};

function held({ block, scene, children }: Given): ComponentChildren {
  return children ?? <Blocks blocks={block.blocks} scene={scene} />;
}

function Image({ block, scene }: Given): VNode | null {
  const { src, alt, decorative, width, height, href } = block.props;
  const from = fileAt(fillAddress(string(src), scene.look, true));
  if (!from) return null;
  const image = (
    <img
      className="hw-image"
      src={from}
      alt={decorative === true ? "" : fill(string(alt), scene.look)}
      width={sizePx(width)}
      height={sizePx(height)}
      decoding="async"
    />
  );
  const to = href ? linkTo(fillAddress(string(href), scene.look, true)) : undefined;
  if (!to) return image;
  return <a className="hw-image-link" href={to} rel="noopener" onClick={(event) => scene.act(block, event)}>{image}</a>;
}

function Video({ block, scene }: Given): VNode | null {
  const at = (name: string) => fileAt(fillAddress(string(block.props[name]), scene.look, true));
  const [src, captions, poster] = [at("src"), at("captions"), at("poster")];
  if (!src) return null;
  const title = fill(string(block.props.title), scene.look);
  // Captions of another origin are read only when the video, too, is asked for with CORS.
  return (
    <video className="hw-video" src={src} poster={poster} controls preload="metadata" aria-label={title} crossOrigin={captions ? "anonymous" : undefined}>
      {captions ? <track kind="captions" src={captions} default /> : null}
    </video>
  );
}

function Button({ block, scene }: Given): VNode {
  const className = classes("button", ["style", block.props.style ?? "primary"]);
  const text = unmarked(block, "text", scene);
  if (submits(block)) return <button type="submit" className={className} value={block.id}>{text}</button>;
  const onClick = (event: Event) => scene.act(block, event);
  const link = linkOf(block, scene.look);
  if (link) return <a className={className} {...link} onClick={onClick}>{text}</a>;
  return <button type="button" className={className} onClick={onClick}>{text}</button>;
}

/** A card that may be clicked is covered by one link or button, so that what stands in it can be clicked as well. */
function Card(given: Given): VNode {
  const isActive = actionsOf(given.block).length > 0;
  return (
    <div className={isActive ? "hw-card hw-card-active" : "hw-card"}>
      {isActive ? <Cover {...given} /> : null}
      {held(given)}
    </div>
  );
}

function Cover({ block, scene }: Given): VNode {
  const given = {
    className: "hw-cover",
    "aria-label": cardName(block, scene),
    onClick: (event: Event) => scene.act(block, event),
  };
  const link = linkOf(block, scene.look);
  return link ? <a {...given} {...link} /> : <button type="button" {...given} />;
}

function cardName(block: Block, scene: Scene): string {
  const title = fill(string(block.props.title), scene.look);
  const said = [...walk(block.blocks ?? [])].find(({ type }) => type === "heading" || type === "text");
  return title || (said && plain(string(said.props.text), (inner) => textOf(inner, scene.look))) || string(block.props.label);
}

function levelOf({ props }: Block): number {
  const level = Number(props.level ?? 2);
  return level >= 1 && level <= 6 ? Math.floor(level) : 2;
}

function sizePx(value: unknown): number | undefined {
  return typeof value === "number" && value > 0 ? value : undefined;
}

/** `hw-section hw-pad-medium`: of the block, and of each setting that has a value. */
function classes(name: string, ...settings: [name: string, value: unknown][]): string {
  const set = settings.filter(([, value]) => typeof value === "string" && /^[\w-]+$/.test(value));
  return [`hw-${name}`, ...set.map(([setting, value]) => `hw-${setting}-${String(value)}`)].join(" ");
}
