/** How to send to the sources that every workspace has: by the customer-event door, and by the REST door. */

import type { Snippet } from "./snippets";

const VIEW = {
  type: "Screen",
  screenName: "candu.sdk.content",
  userId: "user-1",
  properties: {
    slug: "welcome",
    contentId: "nrpHFcRlmW",
    documentId: 1,
    segmentId: "Everyone",
    versionId: "81dc9bdb52d04dc20036dbd8313ed055",
  },
};

/** A view of content, as a page sends it with the workspace's client token. */
export function customerEventSnippets(clientToken: string, url: string): Snippet[] {
  const door = `${url}/api/events/batch?token=${encodeURIComponent(clientToken)}`;
  return [
    {
      id: "curl",
      label: "curl",
      code: `curl '${door}' \\
  -H 'Content-Type: application/json' \\
  -d '${JSON.stringify([VIEW], null, 2)}'`,
    },
    {
      id: "browser",
      label: "Browser",
      code: `navigator.sendBeacon(
  "${door}",
  JSON.stringify([${JSON.stringify(VIEW, null, 2)}]),
);`,
    },
    { id: "script", label: "Script", code: pageSnippet(clientToken, url) },
  ];
}

/** A user, as a back end tells of them. */
export function restSnippets(writeKey: string, url: string): Snippet[] {
  const user = { type: "identify", userId: "user-1", traits: { email: "user-1@example.com", plan: "pro" } };
  return [
    {
      id: "curl",
      label: "curl",
      code: `curl '${url}/api/eventWebhook' \\
  -H 'Authorization: Bearer ${writeKey}' \\
  -H 'Content-Type: application/json' \\
  -d '${JSON.stringify(user, null, 2)}'`,
    },
  ];
}

/** For pages: the SDK is loaded, and told who the user is. */
export function pageSnippet(clientToken: string, url: string): string {
  return `<script>
(function (d, options) {
  var script = d.createElement("script");
  script.src = "${url}/sdk/latest/headwater.js";
  script.onload = function () { headwater.init(options); };
  d.head.appendChild(script);
})(document, {
  clientToken: "${clientToken}",
  userId: "user-1",
  traits: { email: "user-1@example.com", plan: "pro" },
});
</script>`;
}
