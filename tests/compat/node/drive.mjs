// Makes calls through the Node client: what to call comes on stdin, what happened goes out as JSON.
//   {"package": "@segment/analytics-node", "options": {…}, "calls": [{"call": "track", "userId": …}, …]}
import { text } from "node:stream/consumers";

const order = JSON.parse(await text(process.stdin));
const { Analytics } = await import(order.package);
const analytics = new Analytics(order.options);
const errors = [];
analytics.on("error", (error) => errors.push(`${error.code}: ${error.reason ?? ""}`));
for (const { call, ...parameters } of order.calls) {
  analytics[call](parameters);
}
await analytics.closeAndFlush();
console.log(JSON.stringify({ errors }));
