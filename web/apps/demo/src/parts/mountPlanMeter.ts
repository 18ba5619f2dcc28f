/** How content mounts the product's own React component. */

import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { PlanMeter, type PlanMeterProps } from "./PlanMeter";

export function planMeter(element: HTMLElement, props: PlanMeterProps, tools: { interact(label?: string): void }) {
  const root = createRoot(element);
  const draw = (given: PlanMeterProps) => root.render(createElement(PlanMeter, { ...given, interact: tools.interact }));
  draw(props);
  return { update: draw, unmount: () => root.unmount() };
}
