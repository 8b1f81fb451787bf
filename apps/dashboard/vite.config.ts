// How the dashboard is built: plain static files, nothing inlined (the server's content
// policy allows only its own origin), with compressed copies beside each text file.
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { precompress } from "./scripts/precompress.ts";

/** Where `vite` (the development server) finds a running Stepwright. */
const server = "http://localhost:8288";

// A group takes what its modules import as well, so nothing may be shared that imports one of these and is on the first page.
const notOnFirstPage =
  /src\/(?:components\/(?:app-card|pause-app|function-list|flow-control|event-effects|json-view|run-pills|triggers|ui\/(?:dialog|dialog-form|json-field|paused-box))|present\/(?:flow-control|describe-fate|read-json|nearest-name))\./;

const shareable = /src\/(?:components|present|api)\/|@tanstack/;

function isOnFirstPage(module: string): boolean {
  return shareable.test(module) && !notOnFirstPage.test(module);
}

export default defineConfig({
  plugins: [react(), tailwindcss(), precompress()],
  build: {
    // Older targets make the CSS compiler replace light-dark() with a form that ignores the theme switch.
    target: ["chrome123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What several pages share comes in one file instead of a dozen small ones; what the first page does not need stays out of it.
        codeSplitting: {
          groups: [{ name: "shared", test: isOnFirstPage, minShareCount: 2 }],
        },
      },
    },
  },
  server: { proxy: { "/api": server, "/e/": server } },
});
