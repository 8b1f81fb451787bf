// Which file a path leads to, to notice that what is written has another place than what is read.
import { statSync } from "node:fs";

/** Stands for a file that may not be looked at. */
export const unknownPlace = "unknown";

/** A path, and the file that it led to. */
export interface Place {
  readonly file: string;
  readonly at: string | null;
}

/** Says which file a path leads to; null when it leads nowhere. */
export function placeOf(file: string): string | null {
  try {
    const stat = statSync(file, { throwIfNoEntry: false });
    return stat === undefined ? null : `${stat.dev}:${stat.ino}`;
  } catch (error) {
    // A folder that may not be looked into any more says nothing of the files in it, which are open.
    if (error instanceof Error && "code" in error && error.code === "EACCES") return unknownPlace;
    return null;
  }
}

/** Says whether a path leads elsewhere by now. */
export function hasMoved({ file, at }: Place): boolean {
  const now = placeOf(file);
  return now !== at && now !== unknownPlace;
}
