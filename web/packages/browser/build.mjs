/**
 * Builds the scripts that the server hands to pages, and the npm package.
 *
 *     node build.mjs             the scripts, into src/headwater/app/scripts/sdk (or HEADWATER_SDK_OUT)
 *     node build.mjs --check     builds to nowhere, prints the sizes, fails when a page would load more than it may
 *     node build.mjs --package   the npm package's dist/: one module and its types
 */

import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = process.env.HEADWATER_SDK_OUT ?? join(HERE, "../../../src/headwater/app/scripts/sdk");
const DIST = join(HERE, "dist");
const CORE = join(HERE, "../core/src");
const { version } = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));

/** A page loads one of them; with no experience live it loads nothing else. */
const LIMIT_BYTES = 6000;
const DOORS = {
  "headwater.js": "src/doors/headwater.ts",
  "candu.umd.js": "src/doors/candu.ts",
  "main.js": "src/doors/produktly.ts",
};
const BANNER = `/*! headwater SDK ${version}, Apache-2.0. Independent project, not affiliated with Twilio, Candu or Produktly. */\n`;

async function bundle(entry, format) {
  const built = await build({
    root: HERE,
    configFile: false,
    logLevel: "error",
    define: { HEADWATER_VERSION: JSON.stringify(version) },
    resolve: { alias: { "@headwater/core": join(CORE, "index.ts") } },
    build: {
      write: false,
      target: "es2020",
      minify: format === "iife" ? "oxc" : false,
      lib: { entry: join(HERE, entry), name: "headwater_", formats: [format], fileName: () => "out.js" },
    },
  });
  const [{ output }] = Array.isArray(built) ? built : [built];
  return BANNER + output[0].code.trim() + "\n";
}

async function scripts() {
  const found = {};
  for (const [name, entry] of Object.entries(DOORS)) found[name] = await bundle(entry, "iife");
  return found;
}

function check(built) {
  let largest = 0;
  for (const [name, code] of Object.entries(built)) {
    const size = gzipSync(code, { level: 9 }).length;
    largest = Math.max(largest, size);
    console.log(`${name}: ${size} bytes gzip of ${LIMIT_BYTES} (${code.length} bytes plain)`);
  }
  if (largest > LIMIT_BYTES) {
    console.error(`The SDK is too large: a page may load ${LIMIT_BYTES} bytes and would load ${largest}.`);
    process.exitCode = 1;
  }
}

function write(folder, files) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

async function pack() {
  const { declarations } = await import("./declarations.mjs");
  write(DIST, { "index.js": await bundle("src/index.ts", "es"), ...declarations() });
  copyFileSync(join(HERE, "../../../LICENSE"), join(DIST, "LICENSE"));
}

const [mode] = process.argv.slice(2);
if (mode === "--package") await pack();
else if (mode === "--check") check(await scripts());
else write(OUT, await scripts());
