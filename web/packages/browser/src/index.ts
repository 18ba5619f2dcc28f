import type { Headwater } from "@headwater/core";
import { shared } from "./create";

export { reactComponent, type ReactParts } from "./react";
export type {
  Callback,
  ComponentTools,
  ContentAction,
  ContentNode,
  Headwater,
  Mount,
  Mounted,
  Options,
  Properties,
  ProviderProps,
  Traits,
  UserId,
} from "@headwater/core";

/** The SDK of this page. Where there is no page (as a server renders one), every call does nothing. */
export const headwater: Headwater = typeof window === "undefined" ? nowhere() : shared("").sdk;

export default headwater;

function nowhere(): Headwater {
  const nothing = () => undefined;
  return {
    init: nothing,
    identify: nothing,
    track: nothing,
    page: async () => undefined,
    screen: nothing,
    group: nothing,
    reset: nothing,
    flush: async () => undefined,
    showContent: nothing,
    getMembership: async () => [],
    providerProps: null,
    version: "",
  };
}
