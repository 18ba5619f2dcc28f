/** Ready-made senders: the write key, the server's address and an event of the source are filled in. */

import { type CatalogEntry, propertiesOf, type PropertySpec } from "../../api/types";

export type SampleCall = { call: "track" | "screen" | "page"; name: string; properties: Record<string, unknown> };
export type Snippet = { id: string; label: string; code: string };

const FREE_SAMPLE: SampleCall = { call: "track", name: "Signed Up", properties: { plan: "pro" } };

/** The first event that the source declares, with a value for each property; a made-up one where it declares none. */
export function sampleCall(entry: CatalogEntry | undefined): SampleCall {
  const event = entry?.events.find(({ call }) => call === "track" || call === "screen" || call === "page");
  if (!event) return FREE_SAMPLE;
  return { call: event.call as SampleCall["call"], name: event.name, properties: sampleObject(propertiesOf(event)) };
}

function sampleObject(properties: PropertySpec[]): Record<string, unknown> {
  return Object.fromEntries(properties.map((property) => [property.name, sampleValue(property)]));
}

function sampleValue(property: PropertySpec): unknown {
  if (property.properties && property.properties.length > 0) return sampleObject(property.properties);
  switch (property.type) {
    case "integer":
      return 1;
    case "number":
      return 1.5;
    case "boolean":
      return true;
    case "datetime":
      return "2026-01-01T00:00:00Z";
    case "object":
      return {};
    case "array":
      return [];
    default:
      return "sample";
  }
}

export function snippets(writeKey: string, url: string, sample: SampleCall): Snippet[] {
  return [
    { id: "curl", label: "curl", code: curl(writeKey, url, sample) },
    { id: "python", label: "Python", code: python(writeKey, url, sample) },
    { id: "node", label: "Node", code: node(writeKey, url, sample) },
    { id: "browser", label: "Browser", code: browser(writeKey, url, sample) },
  ];
}

function curl(writeKey: string, url: string, { call, name, properties }: SampleCall): string {
  const title = call === "track" ? { event: name } : { name };
  const body = JSON.stringify({ userId: "user-1", ...title, properties }, null, 2).replaceAll("'", "'\\''");
  return `curl '${url}/v1/${call}' \\
  -u '${writeKey}:' \\
  -H 'Content-Type: application/json' \\
  -d '${body}'`;
}

function python(writeKey: string, url: string, { call, name, properties }: SampleCall): string {
  const args = call === "track" ? [name, properties] : [null, name, properties];
  return `# pip install segment-analytics-python
import segment.analytics as analytics

analytics.write_key = "${writeKey}"
analytics.host = "${url}"

analytics.${call}("user-1", ${args.map((arg) => pythonLiteral(arg)).join(", ")})
analytics.flush()`;
}

function node(writeKey: string, url: string, { call, name, properties }: SampleCall): string {
  const title = call === "track" ? { event: name } : { name };
  return `// npm install @segment/analytics-node
import { Analytics } from "@segment/analytics-node";

const analytics = new Analytics({
  writeKey: "${writeKey}",
  host: "${url}",
});

analytics.${call}(${JSON.stringify({ userId: "user-1", ...title, properties }, null, 2)});
await analytics.closeAndFlush();`;
}

/** Two tags: calls wait in the list until the client, which this server hands out, has loaded. */
function browser(writeKey: string, url: string, { call, name, properties }: SampleCall): string {
  return `<script>
  window.analytics = window.analytics || [];
  analytics._writeKey = "${writeKey}";
  analytics._cdn = "${url}";
  analytics.push(["identify", "user-1"]);
  analytics.push(${inTag([call, name, properties])});
</script>
<script async src="${url}/analytics.js/v1/${writeKey}/analytics.min.js"></script>`;
}

/** JSON as it may stand inside a script tag. */
function inTag(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** A JSON value as Python writes it. */
export function pythonLiteral(value: unknown): string {
  if (value === null || value === undefined) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  if (typeof value === "object") {
    const items = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${pythonLiteral(item)}`);
    return `{${items.join(", ")}}`;
  }
  return JSON.stringify(value);
}
