// Counts that come in pieces, put together.
import type { CountedPiece } from "@stepwright/storage";
import { countPiecesMax } from "../limits.ts";
import { breathe } from "./breathe.ts";

/** Adds up the pieces, letting others go on in between. Past the limit it is what was counted so far. */
export async function countAll(read: (cursor: string | null) => Promise<CountedPiece>): Promise<number> {
  let count = 0;
  let cursor: string | null = null;
  for (let pieces = 0; pieces < countPiecesMax; pieces += 1) {
    const piece: CountedPiece = await read(cursor);
    count += piece.count;
    cursor = piece.nextCursor;
    if (cursor === null) break;
    await breathe();
  }
  return count;
}
