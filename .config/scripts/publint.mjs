// Checks the package.json of every package that is published: do its exports and its
// command exist, is each what a consumer's tools expect? Needs a build.

import process from "node:process";
import { run } from "./run.mjs";
import { workspacePackages } from "./workspace.mjs";

for (const { name, directory, manifest } of workspacePackages()) {
  if (manifest.private === true) continue;
  const { code, output } = await run("publint", ["run", "--strict", "--level=warning"], { cwd: directory });
  if (code === 0) continue;
  process.stderr.write(`${name}\n${output}\n`);
  process.exitCode = 1;
}
