// Fails the build when the first page grows over its budget. The first page is what
// index.html and the runs list need before anything can be seen.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { gzipSync } from "node:zlib";

const budgetBytes = 150_000;
const dist = join(import.meta.dirname, "..", "dist");

if (!existsSync(join(dist, "index.html"))) {
  process.stderr.write("There is no build to measure; run `vite build` first.\n");
  process.exit(1);
}

const html = readFileSync(join(dist, "index.html"), "utf8");
const named = [...html.matchAll(/(?:src|href)="\/([^"]+)"/g)].flatMap((match) =>
  match[1] === undefined ? [] : [match[1]],
);
// The list of runs is a chunk of its own, loaded by the first page.
const runsChunks = readdirSync(join(dist, "assets")).filter((name) => /^runs-.*\.js$/.test(name));
if (runsChunks.length === 0)
  throw new Error("the build has no chunk named runs-*.js; name the chunk of the first page here");

const pending = [...named, ...runsChunks.map((name) => `assets/${name}`)];
const files = new Set(["index.html"]);
for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
  if (files.has(name)) continue;
  files.add(name);
  if (name.endsWith(".js")) pending.push(...staticImports(name));
}

let total = 0;
for (const name of [...files].sort()) {
  const bytes = gzipSync(readFileSync(join(dist, name)), { level: 9 }).length;
  total += bytes;
  process.stdout.write(`${String(bytes).padStart(8)}  ${name}\n`);
}
process.stdout.write(`${String(total).padStart(8)}  bytes of gzip on the first page, of ${budgetBytes}\n`);
if (total > budgetBytes) {
  process.stderr.write(
    `The first page is ${total - budgetBytes} bytes over its budget; load something lazily or take it out.\n`,
  );
  process.exit(1);
}

/** Files a chunk imports at its start; dynamic imports are not part of the first page. */
function staticImports(name: string): string[] {
  const code = readFileSync(join(dist, name), "utf8");
  const imports = [...code.matchAll(/(?:\bfrom|\bimport)\s*"\.\/([^"]+\.js)"/g)];
  return imports.flatMap((match) => (match[1] === undefined ? [] : [`assets/${match[1]}`]));
}
