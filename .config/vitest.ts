// The one test configuration. Packages run it with `--root .`; workspace packages
// are read from their sources, so no build has to come first.
import { defineConfig } from "vitest/config";

const conditions = ["@stepwright/source", "module", "node", "import", "default"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    passWithNoTests: true,
    // No test waits for time to pass, so this ends only what hangs: a busy machine must not fail one.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
