/** @jsxImportSource preact */
/**
 * Components of the page's own within content. They stand in the page's document, not in our shadow root, and are seen
 * through a slot: so the page's styles reach them and ours do not. What fails in them stays theirs.
 */

import type { ComponentTools, Mount, Mounted } from "@headwater/core";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
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

export function Component({ block, holder }: { block: Block; holder: Holder }): VNode {
  const around = useRef<HTMLDivElement>(null);
  const mounted = useRef<Mounted | undefined>(undefined);
  const props = filled(block.props.props, holder.look);
  const slot = `hw-${block.id}`;

  useEffect(() => {
    const element = document.createElement("div");
    element.slot = slot;
    holder.host.append(element);
    inherit(around.current, holder.host);
    let isGone = false;
    void mount(block, element, props, holder).then((made) => {
      mounted.current = made;
      if (isGone) quietly(holder, () => made?.unmount?.());
    });
    return () => {
      isGone = true;
      quietly(holder, () => mounted.current?.unmount?.());
      element.remove();
    };
  }, [slot]);
  useEffect(() => quietly(holder, () => mounted.current?.update?.(props)), [JSON.stringify(props)]);
  return <div ref={around}><slot name={slot} /></div>;
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
