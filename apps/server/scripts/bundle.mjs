// Makes one file of the server and all that it imports.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Writes the program of the thread that checkpoints the log; `format` is what whoever starts it takes. */
export async function bundleThread({ outfile, format, external }) {
  await build({
    entryPoints: [
      fileURLToPath(new URL("../../../packages/storage-sqlite/src/checkpoint-program.ts", import.meta.url)),
    ],
    outfile,
    bundle: true,
    platform: "node",
    target: "node22",
    format,
    conditions: ["@stepwright/source"],
    external,
    minifySyntax: true,
    legalComments: "none",
    logLevel: "warning",
  });
}

/**
 * Writes a program as one CommonJS file, by default the server. `fileUrl` is an expression that stands for `import.meta.url`; what is
 * `external` is loaded from `node_modules` as before, and what is `beside` from the file of that name in the same folder.
 */
export async function bundle({ entry = "src/main.ts", outfile, fileUrl, external, beside = {} }) {
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  const { outputFiles } = await build({
    entryPoints: [`${root}/${entry}`],
    outfile,
    write: false,
    bundle: true,
    platform: "node",
    target: "node22",
    format: "cjs",
    // With "module", of a package that has both, the modules are taken of which what is not used can be left out.
    conditions: ["@stepwright/source", "module"],
    // The SDK is looked for by engines inside of tests, which have it; a server has none.
    external: [...external, "inngest", "inngest/*"],
    plugins: [filesBeside(beside)],
    // Names stay, and short lines: they are what a stack trace tells. Comments are memory of every server.
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 120,
    legalComments: "none",
    logLevel: "warning",
    banner: { js: `const fileUrlOfBundle = ${fileUrl};` },
    define: { STEPWRIGHT_VERSION: JSON.stringify(version), "import.meta.url": "fileUrlOfBundle" },
  });
  mkdirSync(dirname(outfile), { recursive: true });
  for (const { path, text } of outputFiles) writeFileSync(path, inAscii(text));
}

/**
 * Escapes what is no ASCII: a few letters in patterns, after esbuild has escaped those in texts. With one of them V8 keeps two bytes
 * per letter of the whole source for as long as the server runs.
 */
function inAscii(text) {
  return text.replace(/[\u0080-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function filesBeside(beside) {
  return {
    name: "files-beside",
    setup({ onResolve }) {
      onResolve({ filter: /^@stepwright\// }, ({ path }) =>
        path in beside ? { path: `./${beside[path]}`, external: true } : undefined,
      );
    },
  };
}
