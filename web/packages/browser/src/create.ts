/** The SDK in a page: one for all scripts of ours that the page has loaded. */

import { type Client, createClient, type Options } from "@headwater/core";
import { browserPlatform } from "./platform";
import { onRoute } from "./routes";

/** The one of this page for a server, made when there is none. `host` is the server, unless `init` says otherwise. */
export function shared(host: string): Client {
  const places = window as unknown as Record<symbol, Client | undefined>;
  const place = Symbol.for(`headwater.sdk ${host}`);
  return (places[place] = places[place] || create(host));
}

export function create(host: string): Client {
  let pages: boolean | undefined;
  const client: Client = createClient(browserPlatform(), host, (options: Options) => {
    if (options.pages && !pages) void client.sdk.page();
    if (pages === undefined) onRoute(routed);
    pages = pages || !!options.pages;
  });
  const routed = () => {
    if (pages) void client.sdk.page();
    client.route();
  };
  document.addEventListener("visibilitychange", client.wake);
  addEventListener("online", client.wake);
  addEventListener("pagehide", client.last);
  return client;
}
