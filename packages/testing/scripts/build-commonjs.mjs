// Builds what `require` gets, for jest: CommonJS beside the modules, and its types.
//
// All entries share one file, or each would have classes of its own that the others do not know. An entry runs when it is
// asked for: that of jest adds its matchers.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const { exports, peerDependencies } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));

const entries = Object.entries(exports)
  .filter(([, targets]) => targets.require !== undefined)
  .map(([name, targets]) => ({ name, source: targets["@stepwright/source"], file: targets.require.default }));

const contents = entries.map(({ name, source }) => `exports["${name}"] = () => require("${source}");`).join("\n");

await build({
  stdin: { contents, resolveDir: root },
  outfile: `${root}/dist/commonjs.cjs`,
  bundle: true,
  platform: "node",
  target: "node22",
  format: "cjs",
  conditions: ["@stepwright/source", "module"],
  // The first finds its addon by where it lies; the others have to be those that the user's own code has.
  external: ["better-sqlite3", ...Object.keys(peerDependencies)],
  // Within the sandboxes of jest `import()` needs a flag of Node; `require` does not.
  supported: { "dynamic-import": false },
  // Jest reads it anew for each test file. Names and short lines stay: they are what a stack trace tells.
  minifySyntax: true,
  minifyWhitespace: true,
  lineLimit: 120,
  legalComments: "none",
  logLevel: "warning",
  banner: { js: `const fileUrlOfBundle = require("node:url").pathToFileURL(__filename).href;` },
  define: { "import.meta.url": "fileUrlOfBundle" },
});

for (const { name, file } of entries) {
  const entry = file.replace(/^\.\/dist\//, "").replace(/\.cjs$/, "");
  writeFileSync(`${root}/dist/${entry}.cjs`, `module.exports = require("./commonjs.cjs")["${name}"]();\n`);
  writeFileSync(`${root}/dist/${entry}.d.cts`, `export * from "./${entry}.js";\n`);
}
