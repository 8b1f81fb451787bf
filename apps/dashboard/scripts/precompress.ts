// Writes `.br` and `.gz` beside every text file of the build, so that the server
// never compresses the same bytes twice and the binary carries them ready.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const textFile = /\.(?:html|js|css|svg|json|txt)$/;
// Below this a compressed copy saves less than its header costs.
const bytesMin = 256;

/** Vite plugin: compresses the finished build. */
export function precompress(): Plugin {
  let outDir = "dist";
  return {
    name: "stepwright:precompress",
    apply: "build",
    configResolved(config) {
      outDir = join(config.root, config.build.outDir);
    },
    closeBundle() {
      for (const name of readdirSync(outDir, { recursive: true, encoding: "utf8" })) {
        if (textFile.test(name)) compressFile(join(outDir, name));
      }
    },
  };
}

function compressFile(file: string): void {
  const bytes = readFileSync(file);
  if (bytes.length < bytesMin) return;
  writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
  writeFileSync(
    `${file}.br`,
    brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
  );
}
