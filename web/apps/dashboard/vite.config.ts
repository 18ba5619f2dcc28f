import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// `HEADWATER_URL=http://127.0.0.1:8080 npx vite` serves the dashboard from source against a running server.
const server = process.env.HEADWATER_URL ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  // Pages draw content with Preact; the editor's canvas draws the same views with the React that is here anyway.
  resolve: {
    alias: [
      { find: /^preact\/jsx(-dev)?-runtime$/, replacement: "react/jsx$1-runtime" },
      { find: /^preact(\/hooks)?$/, replacement: "react" },
    ],
  },
  server: { host: "127.0.0.1", proxy: { "/api": server, "/v1": server } },
  build: {
    outDir: process.env.HEADWATER_WEB_OUT ?? "../../../src/headwater/app/dashboard",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    chunkSizeWarningLimit: 500,
  },
});
