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
    rolldownOptions: {
      input: "src/main.ts",
      output: {
        // One file of what the drawings share, instead of five of up to two kB that a page requests beside its own.
        codeSplitting: {
          groups: [{ name: "drawing", test: /src\/views\/(view|tooltip|roving-focus|label-placement|measure|panzoom)\.ts$/ }],
          // What main.ts uses as well stays there.
          includeDependenciesRecursively: false,
        },
      },
    },
    modulePreload: { polyfill: false },
    // These know light-dark(); for older ones it would be taken apart, away from the color-scheme that it asks for.
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    target: "es2023",
  },
});
