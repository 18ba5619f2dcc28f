/** @jsxImportSource preact */
/**
 * Components of the page's own within content. They stand in the page's document, not in our shadow root, and are seen
 * through a slot: so the page's styles reach them and ours do not. What fails in them stays theirs.
 */

import type { ComponentTools, Mount, Mounted } from "@headwater/core";
import { Component, createRef, type VNode } from "preact";
import type { Block } from "../model";
import { fill, type Look } from "../variables";

/** What a component needs of the content that it stands in. */
export interface Holder {
  /** The element that has our shadow root. */
  host: HTMLElement;
  look: Look;
  components: Record<string, Mount> | undefined;
  interact(block: Block, label?: string): void;
  warn(sentence: string): void;
  /** Runs it once the content is seen, in a task of its own. */
  later(action: () => void): void;
}

/** Inherited by what is slotted: taken from the page, so that it looks as it does beside us. */
const INHERITED = [
  "font-family", "font-size", "font-style", "font-weight", "font-variant", "line-height", "letter-spacing",
  "word-spacing", "text-align", "text-indent", "text-transform", "white-space", "overflow-wrap",
];
const TAG = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/;
/** Through these a text would become markup or script. */
const REFUSED = /^(?:on.*|innerhtml|outerhtml|srcdoc|style|__proto__|constructor|prototype)$/i;

type Given = Record<string, unknown>;

interface Held {
  block: Block;
  holder: Holder;
}

export class HostComponent extends Component<Held> {
  declare around: { current: HTMLDivElement | null };
  declare element: HTMLElement;
  declare mounted: Mounted | undefined;
  declare isGone: boolean;
  /** The props that it has, as JSON. */
  declare told: string;

  constructor(held: Held) {
    super(held);
    this.around = createRef();
  }

  override componentDidMount() {
    const { block, holder } = this.props;
    const element = (this.element = document.createElement("div"));
    element.slot = `hw-${block.id}`;
    holder.host.append(element);
    holder.later(() => {
      if (this.isGone) return;
      inherit(this.around.current, holder.host);
      const props = this.filled();
      void mount(block, element, props, holder).then((made) => {
        this.mounted = made;
        if (this.isGone) this.end();
        else this.componentDidUpdate();
      });
      this.told = JSON.stringify(props);
    });
  }

  override componentDidUpdate() {
    const props = this.filled();
    const told = JSON.stringify(props);
    if (!this.mounted || told === this.told) return;
    this.told = told;
    quietly(this.props.holder, () => this.mounted!.update?.(props));
  }

  override componentWillUnmount() {
    this.isGone = true;
    this.end();
    this.element.remove();
  }

  filled(): Given {
    return filled(this.props.block.props.props, this.props.holder.look);
  }

  end() {
    quietly(this.props.holder, () => this.mounted?.unmount?.());
  }

  override render(): VNode {
    this.filled();
    return <div ref={this.around}><slot name={`hw-${this.props.block.id}`} /></div>;
  }
}

async function mount(block: Block, element: HTMLElement, props: Given, holder: Holder): Promise<Mounted | undefined> {
  const name = String(block.props.name);
  const tools: ComponentTools = { interact: (label) => holder.interact(block, label) };
  try {
    const own = holder.components;
    if (own && Object.prototype.hasOwnProperty.call(own, name)) return own[name]!(element, props, tools) ?? undefined;
    const tag = String(block.props.tag ?? name);
    if (TAG.test(tag)) return await custom(tag, element, props, tools);
    holder.warn(`content holds the component ${name}, which init was given no function for`);
  } catch (error) {
    holder.warn(`the component ${name} failed: ${String(error)}`);
  }
  return undefined;
}

/** A custom element, once the page has defined it: its props are properties, and texts are attributes, too. */
async function custom(tag: string, element: HTMLElement, props: Given, tools: ComponentTools): Promise<Mounted> {
  await window.customElements.whenDefined(tag);
  const made = document.createElement(tag);
  const update = (given: Given) => {
    for (const [name, value] of Object.entries(given)) {
      if (REFUSED.test(name)) continue;
      // What the browser lets nobody set stays as it is.
      Reflect.set(made, name, value);
      if (typeof value === "string" && /^[a-z][\w.-]*$/i.test(name)) made.setAttribute(name, value);
    }
  };
  made.addEventListener("headwater-interact", (event) => {
    const { label } = ((event as CustomEvent).detail ?? {}) as { label?: unknown };
    tools.interact(typeof label === "string" ? label : undefined);
  });
  update(props);
  element.append(made);
  return { update };
}

function filled(props: unknown, look: Look): Given {
  const given = Object.entries(typeof props === "object" && props ? props : {});
  return Object.fromEntries(given.map(([name, value]) => [name, typeof value === "string" ? fill(value, look) : value]));
}

function inherit(to: HTMLElement | null, from: HTMLElement) {
  const style = getComputedStyle(from);
  for (const name of INHERITED) to?.style.setProperty(name, style.getPropertyValue(name));
}

function quietly(holder: Holder, action: () => void) {
  try {
    action();
  } catch (error) {
    holder.warn(`a component failed: ${String(error)}`);
  }
}
