// The version of the product.
import { createRequire } from "node:module";
import { z } from "zod";

// Put in by the build of the single binary, which has no package.json beside it.
declare const STEPWRIGHT_VERSION: string | undefined;

/** The version, as in package.json. */
export const version: string = typeof STEPWRIGHT_VERSION === "string" ? STEPWRIGHT_VERSION : readVersion();

function readVersion(): string {
  return z.object({ version: z.string() }).parse(createRequire(import.meta.url)("../package.json")).version;
}
