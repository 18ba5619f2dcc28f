/** `/sdk/latest/headwater.js`: window.headwater. The tag's own data attributes may start it; see docs/reference/sdk.md. */

import type { Headwater } from "@headwater/core";
import { shared } from "../create";
import { install, quietly, scriptOf } from "../script";

quietly(() => {
  const { host, data } = scriptOf("/sdk/latest/headwater.js");
  const { sdk } = shared(host);
  const there = install("headwater", sdk, Array.isArray);
  const { clientToken, userId, hmac } = data;
  if (clientToken) sdk.init({ clientToken, userId, hmac, pages: "pages" in data });
  if (Array.isArray(there)) (there as ((sdk: Headwater) => void)[]).forEach((call) => call(sdk));
  dispatchEvent(new CustomEvent("headwater.ready"));
});
