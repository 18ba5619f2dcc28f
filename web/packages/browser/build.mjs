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
import { build, minify as minified } from "vite";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = process.env.HEADWATER_SDK_OUT ?? join(HERE, "../../../src/headwater/app/scripts/sdk");
const DIST = join(HERE, "dist");
const CORE = join(HERE, "../core/src");
const SURFACES = join(HERE, "../surfaces/src");
const { version } = JSON.parse(readFileSync(join(HERE, "package.json"), "utf8"));

/**
 * Which scripts there are, and how much each may be, zipped. A page loads one of the first three; a renderer too when it
 * has something to show; the authors' one in its place while an author looks at the page.
 */
const SCRIPTS = [
  { name: "headwater.js", entry: join(HERE, "src/doors/headwater.ts"), format: "iife", limitBytes: 6000 },
  { name: "candu.umd.js", entry: join(HERE, "src/doors/candu.ts"), format: "iife", limitBytes: 6000 },
  { name: "main.js", entry: join(HERE, "src/doors/produktly.ts"), format: "iife", limitBytes: 6000 },
  { name: "surfaces.js", entry: join(SURFACES, "start.ts"), format: "es", limitBytes: 20_000 },
  { name: "author.js", entry: join(SURFACES, "author/start.ts"), format: "es", limitBytes: 25_000 },
];
const BANNER = `/*! headwater SDK ${version}, Apache-2.0. Independent project, not affiliated with Twilio, Candu or Produktly. */\n`;

async function bundle(entry, format, minify) {
  const built = await build({
    root: HERE,
    configFile: false,
    logLevel: "error",
    define: { HEADWATER_VERSION: JSON.stringify(version) },
    resolve: { alias: { "@headwater/core": join(CORE, "index.ts") } },
    build: {
      write: false,
      target: "es2020",
      minify: minify ? "oxc" : false,
      lib: { entry, name: "headwater_", formats: [format], fileName: () => "out.js" },
    },
  });
  const [{ output }] = Array.isArray(built) ? built : [built];
  const [{ code }] = output;
  // Of a module the bundler shortens names alone: who imports it may want to read it.
  const short = minify && format === "es" ? (await minified("out.js", code, { module: true, compress: { target: "es2020" }, mangle: true })).code : code;
  return BANNER + short.trim() + "\n";
}

async function scripts() {
  const found = {};
  for (const { name, entry, format } of SCRIPTS) found[name] = await bundle(entry, format, true);
  return found;
}

function check(built) {
  for (const { name, limitBytes } of SCRIPTS) {
    const code = built[name];
    const size = gzipSync(code, { level: 9 }).length;
    console.log(`${name}: ${size} bytes gzip of ${limitBytes} (${code.length} bytes plain)`);
    if (size <= limitBytes) continue;
    console.error(`${name} is too large: it may have ${limitBytes} bytes and has ${size}.`);
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
  write(DIST, { "index.js": await bundle(join(HERE, "src/index.ts"), "es", false), ...declarations() });
  copyFileSync(join(HERE, "../../../LICENSE"), join(DIST, "LICENSE"));
}

const [mode] = process.argv.slice(2);
if (mode === "--package") await pack();
else if (mode === "--check") check(await scripts());
else write(OUT, await scripts());
