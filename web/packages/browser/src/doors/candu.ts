/** `/sdk/latest/candu.umd.js?token=`: window.Candu, for pages whose snippet asks for it. */

import { shared } from "../create";
import type { CanduGlobal } from "../globals";
import { install, quietly, scriptOf } from "../script";

quietly(() => {
  const { sdk } = shared(scriptOf("/sdk/latest/candu.umd.js").host);
  const { identify, track, page, screen, group, init, showContent, getMembership, version } = sdk;
  const candu: CanduGlobal = {
    init,
    getEventing: () => ({ identify, track, page, screen, group }),
    renderContent: showContent,
    getMembership,
    track,
    get providerProps() {
      return sdk.providerProps;
    },
    version,
  };
  install("Candu", candu);
});
