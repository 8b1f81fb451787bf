// Removes what builds and tests leave behind. Keeps the dependencies and everybody's data.

import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root, workspacePackages } from "./workspace.mjs";

for (const { directory } of workspacePackages()) {
  const buildInfos = readdirSync(directory).filter((name) => name.endsWith(".tsbuildinfo"));
  for (const name of ["dist", ".next", ".turbo", "coverage", ...buildInfos]) {
    rmSync(join(directory, name), { recursive: true, force: true });
  }
}
rmSync(join(root, ".turbo"), { recursive: true, force: true });
rmSync(join(root, "node_modules/.cache"), { recursive: true, force: true });
