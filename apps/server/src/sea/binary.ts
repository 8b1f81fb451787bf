// The single binary, seen from inside: whether we are it, and the files it carries.
import { getAssetKeys, getRawAsset, isSea } from "node:sea";

/** Tells whether this process is the single binary. */
export function isBinary(): boolean {
  return isSea();
}

/** Reads a file the binary carries; null when it carries none of that name. */
export function readBinaryAsset(name: string): Buffer | null {
  if (!assetNames().has(name)) return null;
  // The bytes lie in the executable itself: copied, since writing to them would crash the process.
  return Buffer.from(Buffer.from(getRawAsset(name)));
}

let names: ReadonlySet<string> | null = null;

function assetNames(): ReadonlySet<string> {
  return (names ??= new Set(getAssetKeys()));
}
