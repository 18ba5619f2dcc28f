/** How the sample product uses headwater: the SDK from its package, its own components, and who is signed in. */

import headwater from "@headwater/browser";
import type { Identity } from "./identity";
import { begin } from "./loop/watch";
import { planMeter } from "./parts/mountPlanMeter";
import { go } from "./router";

let before: string | undefined;

export function start(clientToken: string, identity: Identity): void {
  const { userId, traits } = identity;
  if (before && before !== userId) headwater.reset();
  before = userId;
  begin();
  const options = {
    clientToken,
    userId,
    traits,
    pages: true,
    callbacks: { openReports: () => go("/demo/reports") },
    components: { "plan-meter": planMeter },
  };
  headwater.init(options);
}

export function startAnew(): void {
  before = undefined;
  headwater.reset();
}

export { headwater };
