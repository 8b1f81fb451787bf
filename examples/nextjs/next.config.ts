// How Next builds the example: the SQLite addon stays outside the bundle, and the workspace root is
// named, so that Next neither guesses it from lockfiles nor misses hoisted packages when it traces.
import { join } from "node:path";
import type { NextConfig } from "next";

const workspaceRoot = join(import.meta.dirname, "../..");

const config: NextConfig = {
  outputFileTracingRoot: workspaceRoot,
  poweredByHeader: false,
  serverExternalPackages: ["better-sqlite3"],
  turbopack: { root: workspaceRoot },
};

export default config;
