/** How the sample product uses headwater: the SDK from its package, its own components, and who is signed in. */

import headwater, { reactComponent } from "@headwater/browser";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import type { Identity } from "./identity";
import { begin } from "./loop/watch";
import { PlanMeter } from "./parts/PlanMeter";
import { go } from "./router";

let before: string | undefined;

export function start(clientToken: string, identity: Identity): void {
  const { userId, traits } = identity;
  if (before && before !== userId) headwater.reset();
  before = userId;
  begin();
  headwater.init({
    clientToken,
    userId,
    traits,
    pages: true,
    callbacks: { openReports: () => go("/demo/reports") },
    components: { "plan-meter": reactComponent(PlanMeter, { createElement, createRoot }) },
  });
}

export function startAnew(): void {
  before = undefined;
  headwater.reset();
}

export { headwater };
