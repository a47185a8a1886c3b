import { defineConfig } from "vite";

export default defineConfig({
  base: "/static/dist/",
  publicDir: false,
  build: {
    outDir: "../src/clustergraph/web/static/dist",
    emptyOutDir: true,
    // Not in a hidden folder, which packaging tools leave out.
    manifest: "manifest.json",
    license: { fileName: "licences.md" },
    assetsDir: "",
    rolldownOptions: { input: "src/main.ts" },
    modulePreload: { polyfill: false },
    // These know light-dark(); for older ones it would be taken apart, away from the color-scheme that it asks for.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    target: "es2023",
  },
});
