import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const api = process.env["TONGBAN_API"] ?? "http://127.0.0.1:8000";

/** Puts Swagger UI beside `public/api-docs/`: the contract's page works without the internet. */
function apiDocs(): Plugin {
  const { resolve } = createRequire(import.meta.url);
  return {
    name: "api-docs",
    apply: "build",
    generateBundle() {
      for (const name of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
        const source = readFileSync(resolve(`swagger-ui-dist/${name}`));
        this.emitFile({ type: "asset", fileName: `api-docs/${name}`, source });
      }
    },
  };
}

export default defineConfig({
  plugins: [react(), apiDocs()],
  server: { host: "127.0.0.1", proxy: { "/api/": { target: api, ws: true } } },
});
