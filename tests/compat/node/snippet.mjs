// Prints the snippet that pages carry, as its package renders it. The options come on stdin.
import { text } from "node:stream/consumers";
import snippet from "@segment/snippet";

console.log(snippet.min(JSON.parse(await text(process.stdin))));
