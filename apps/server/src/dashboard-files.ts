// Where the dashboard's files come from: the single binary, or the folder its build wrote them to.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { contentTypeOf, noAssets, type Asset, type Assets } from "@stepwright/http";
import { isBinary, readBinaryAsset } from "./sea/binary.ts";

/** Opens the dashboard's files; without a built dashboard there are none. */
export function openAssets(): Assets {
  if (isBinary()) return cached((path) => readBinaryAsset(`dashboard/${path}`));
  // Beside the built server in a published package, in its own package within the repository.
  const folder = ["./dashboard/", "../../dashboard/dist/"]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(join(path, "index.html")));
  return folder === undefined ? noAssets : openFolder(folder);
}

/** Serves the files of a folder as they are now; a path that was not listed does not exist, whatever it contains. */
function openFolder(folder: string): Assets {
  const paths = new Set(
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => path.replaceAll("\\", "/")),
  );
  return cached((path) => (paths.has(path) && path.includes(".") ? readFileSync(join(folder, path)) : null));
}

function cached(read: (path: string) => Buffer | null): Assets {
  const assets = new Map<string, Asset>();
  return {
    read(path) {
      const known = assets.get(path);
      if (known !== undefined) return known;
      const body = read(path);
      if (body === null) return null;
      const br = read(`${path}.br`);
      const gzip = read(`${path}.gz`);
      const asset = {
        body,
        contentType: contentTypeOf(path),
        encodings: { ...(br === null ? {} : { br }), ...(gzip === null ? {} : { gzip }) },
      };
      assets.set(path, asset);
      return asset;
    },
  };
}
