/** `/js/main.js` with data-client-token: window.Produktly, for pages whose snippet asks for it. */

import { create, shared } from "../create";
import type { ProduktlyGlobal } from "../globals";
import { install, quietly, scriptOf } from "../script";

quietly(() => {
  const { host, data } = scriptOf("/js/main.js");
  const token = data.clientToken || "";
  const first = shared(host).sdk;
  const before = first.providerProps;
  const sdk = before && before.clientToken !== token ? create(host).sdk : first;
  if (!sdk.providerProps) sdk.init({ clientToken: token });
  const produktly: ProduktlyGlobal = {
    identifyUser: sdk.identify,
    startTour: () => console.info("headwater: there are no tours yet; startTour does nothing."),
    version: sdk.version,
  };
  install("Produktly", produktly);
});
