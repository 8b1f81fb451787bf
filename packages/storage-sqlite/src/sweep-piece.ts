// One commit of a sweep: what it has removed, and how much it may do.
import type { Expired } from "@stepwright/engine";
import type { RemovedRows } from "@stepwright/storage";

/** Where a piece of a sweep has come to. */
export interface SweepPiece {
  /** Rows removed so far, to be added to. */
  readonly removed: { -readonly [Kind in keyof RemovedRows]: RemovedRows[Kind] };
  readonly weightMax: number;
  /** What was done so far. */
  weight: number;
}

/** Says whether the piece has done as much as one commit should. */
export function isFull(piece: SweepPiece): boolean {
  return piece.weight >= piece.weightMax;
}

/** What removing a row with this many bytes of text counts: a long text lies in pages of its own, each of which is freed. */
export function weightOf(bytes: number): number {
  return 1 + Math.floor(bytes / 16_384);
}

/** A sweep of one kind: does a piece, and returns where the next one begins. */
export type Sweep<Kind extends Expired["kind"]> = (
  piece: SweepPiece,
  expired: Extract<Expired, { readonly kind: Kind }>,
  cursor: string | null,
) => string | null;
