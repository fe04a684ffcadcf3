import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/**
 * The icons of antd name themselves in English ("plus", "search"), every button takes that into its
 * name, and no setting turns it off. Here they are decoration unless given a label.
 */
function quietIcons(): Plugin {
  const named = 'role: "img",\n    "aria-label": icon.name';
  const quiet = `role: restProps["aria-label"] ? "img" : undefined,
    "aria-hidden": restProps["aria-label"] ? undefined : true`;
  return {
    name: "quiet-icons",
    transform: {
      filter: { id: /[\\/]@ant-design[\\/]icons[\\/]es[\\/]components[\\/]AntdIcon(Light)?\.js$/ },
      handler(code) {
        if (!code.includes(named)) this.error("the icons no longer name themselves as expected");
        return { code: code.replace(named, quiet), map: null };
      },
    },
  };
}

export default defineConfig({
  base: "/staff/",
  plugins: [react(), quietIcons()],
  optimizeDeps: { rolldownOptions: { plugins: [quietIcons()] } },
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: { target: "es2022", chunkSizeWarningLimit: 900 },
  server: { proxy: { "/api": process.env["TONGBAN_API"] ?? "http://127.0.0.1:8000" } },
});
