import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `HEADWATER_URL=http://127.0.0.1:8080 npx vite` serves the page from source against a running server.
const server = process.env.HEADWATER_URL ?? "http://127.0.0.1:8080";
const packages = (path: string) => fileURLToPath(new URL(`../../packages/${path}`, import.meta.url));

export default defineConfig({
  base: "/demo/",
  plugins: [react()],
  define: { HEADWATER_VERSION: JSON.stringify("0.1.0") },
  resolve: {
    alias: {
      "@headwater/browser": packages("browser/src/index.ts"),
      "@headwater/core": packages("core/src/index.ts"),
    },
  },
  server: { host: "127.0.0.1", proxy: { "/api": server, "/sdk": server, "/demo/config.json": server } },
  build: {
    outDir: process.env.HEADWATER_DEMO_OUT ?? "../../../src/headwater/app/demo_site",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
