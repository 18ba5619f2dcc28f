/** `/js/main.js` with data-client-token: window.Produktly, for pages whose snippet asks for it. */

import { create, shared } from "../create";
import type { ProduktlyGlobal } from "../globals";
import { install, quietly, scriptOf } from "../script";

quietly(() => {
  const { host, data } = scriptOf("/js/main.js");
  const token = data.clientToken || "";
  const first = shared(host);
  const before = first.providerProps;
  const client = before && before.clientToken !== token ? create(host) : first;
  if (!client.providerProps) client.init({ clientToken: token });
  let told = false;
  const produktly: ProduktlyGlobal = {
    identifyUser: client.identify,
    startTour() {
      if (!told) console.info("headwater: tours are not there yet, so startTour does nothing.");
      told = true;
    },
    version: client.version,
  };
  install("Produktly", produktly);
});
