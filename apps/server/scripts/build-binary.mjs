import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
// Builds the single binary: the server, its runtime, the database addon and the dashboard in one file.
//
// The code becomes one CommonJS file (esbuild); Node then writes a copy of itself that starts with that file and
// carries the rest as assets. The copy of Node is stripped before, never after: stripping afterwards would cut
// off what was added.
import { bundle, bundleThread } from "./bundle.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
// Not under `dist`: the names of the compiled sources are not ours to guess.
const work = join(root, "node_modules", ".cache", "binary");
const output = join(root, "dist", "stepwright");
const dashboard = fileURLToPath(new URL("../../dashboard/dist", import.meta.url));

rmSync(work, { recursive: true, force: true });
mkdirSync(work, { recursive: true });
mkdirSync(dirname(output), { recursive: true });
// There is no file beside the binary to find anything by.
await bundle({ outfile: join(work, "main.cjs"), fileUrl: `"file:///stepwright"`, external: [] });
await bundleThread({ outfile: join(work, "checkpoint-program.cjs"), format: "cjs", external: [] });
stripNode();
writeBinary();
rmSync(work, { recursive: true });
console.log(`${relative(process.cwd(), output)}: ${Math.round(statSync(output).size / 1e6)} MB`);

function stripNode() {
  copyFileSync(process.execPath, nodeCopy());
  chmodSync(nodeCopy(), 0o755);
  try {
    // On macOS only local symbols may go: addons look up the others.
    execFileSync("strip", process.platform === "darwin" ? ["-x", nodeCopy()] : [nodeCopy()]);
  } catch (error) {
    // A machine without binutils still gets a binary that works, only a larger one.
    console.warn(`not stripped, so the binary is about 30 MB larger: ${error.message}`);
  }
}

function writeBinary() {
  const config = join(work, "sea-config.json");
  const assets = {
    "better_sqlite3.node": addonFile(),
    "checkpoint-program.cjs": join(work, "checkpoint-program.cjs"),
    ...dashboardFiles(),
  };
  writeFileSync(
    config,
    JSON.stringify({
      main: join(work, "main.cjs"),
      output,
      executable: nodeCopy(),
      mainFormat: "commonjs",
      disableExperimentalSEAWarning: true,
      // Arguments after the binary's name are ours, even where Node has a flag of the same name.
      execArgvExtension: "none",
      useCodeCache: true,
      assets,
    }),
  );
  execFileSync(process.execPath, ["--build-sea", config], { stdio: "inherit" });
  if (process.platform === "darwin") execFileSync("codesign", ["--sign", "-", "--force", output]);
}

function nodeCopy() {
  return join(work, process.platform === "win32" ? "node.exe" : "node");
}

function addonFile() {
  const require = createRequire(join(root, "../../packages/storage-sqlite/package.json"));
  const isMusl = process.platform === "linux" && process.report.getReport().header.glibcVersionRuntime === undefined;
  const file = `${process.platform}${isMusl ? "musl" : ""}-${process.arch}.node`;
  return join(dirname(require.resolve("better-sqlite3/package.json")), "prebuilds", file);
}

function dashboardFiles() {
  if (!existsSync(join(dashboard, "index.html"))) {
    console.warn("the dashboard is not built, so the binary has none; run `pnpm build` first");
    return {};
  }
  const files = readdirSync(dashboard, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    files.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [`dashboard/${relative(dashboard, file).replaceAll("\\", "/")}`, file];
    }),
  );
}
