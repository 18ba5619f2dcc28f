/** Components written with React, as content mounts them. React itself is the page's: nothing of it is in the SDK. */

import type { Mount } from "@headwater/core";

/** What is needed of the page's React: `createElement` of `react`, `createRoot` of `react-dom/client`. */
export interface ReactParts {
  createElement(component: never, props: Record<string, unknown>): unknown;
  createRoot(element: HTMLElement): { render(node: never): void; unmount(): void };
}

/**
 * Makes a component of the page's one that content can hold: `components: {Chart: reactComponent(Chart, {createElement, createRoot})}`.
 * It gets the props that the author gave it, and `onInteract`, which it calls when the user did something.
 */
export function reactComponent(component: unknown, { createElement, createRoot }: ReactParts): Mount {
  return (element, props, tools) => {
    const root = createRoot(element);
    const onInteract = (label?: unknown) => tools.interact(typeof label === "string" ? label : undefined);
    const draw = (given: Record<string, unknown>) =>
      root.render(createElement(component as never, { ...given, onInteract }) as never);
    draw(props);
    // React complains when it is taken down while it draws.
    return { update: draw, unmount: () => void setTimeout(() => root.unmount()) };
  };
}
