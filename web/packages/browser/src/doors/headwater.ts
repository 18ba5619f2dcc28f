/** `/sdk/latest/headwater.js`: window.headwater. The tag's own data attributes may start it; see docs/reference/sdk.md. */

import type { Headwater } from "@headwater/core";
import { shared } from "../create";
import { install, quietly, scriptOf } from "../script";

quietly(() => {
  const { host, data } = scriptOf("/sdk/latest/headwater.js");
  const client = shared(host);
  const there = install("headwater", client, Array.isArray);
  const { clientToken, userId, hmac } = data;
  if (clientToken) client.init({ clientToken, userId, hmac, pages: "pages" in data });
  if (Array.isArray(there)) (there as ((sdk: Headwater) => void)[]).forEach((call) => call(client));
  window.dispatchEvent(new CustomEvent("headwater.ready"));
});
