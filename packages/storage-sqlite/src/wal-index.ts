// Reads how far the log was committed from SQLite's own index of it, the `-shm` file. SQLite writes that there after each
// commit, never syncs it, and throws it away at the next start; until then it is a witness that costs nothing.
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { endianness } from "node:os";
import { type Salts, sum } from "./wal-scan.ts";

/** What the index says of the log. */
export interface WalIndex {
  readonly salts: Salts;
  /**
   * Frames of the log that were committed. After a power failure the file may say less than what was. It may also say more, by
   * the one transaction whose sync the failure cut short, if the system had written this file out in that very moment.
   */
  readonly frames: number;
  /** Of these, those that a checkpoint has put into the database. */
  readonly checkpointed: number;
  /** When the file was last written to, in milliseconds since the epoch. */
  readonly writtenAt: number;
}

const copyBytes = 48;
const checkpointAt = 2 * copyBytes;
const headerBytes = checkpointAt + 40;
const entryBytes = 4;
const blockBytes = 32_768;
const blockFrames = 4_096;
const firstBlockFrames = blockFrames - headerBytes / entryBytes;
const isLittleEndian = endianness() === "LE";

/** Reads the index at this path; null when there is none, or none that can be trusted. */
export function readWalIndex(file: string): WalIndex | null {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || stat.size < checkpointAt + 4) return null;
  const view = new DataView(new ArrayBuffer(checkpointAt + 4));
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, view, 0, view.byteLength, 0);
  } finally {
    closeSync(descriptor);
  }
  // Two copies, the second written first: a process killed between them had acknowledged no more than the first says.
  const at = [0, copyBytes].find((start) => isWhole(view, start));
  if (at === undefined) return null;
  return {
    // As the log has them, whatever the order of bytes here.
    salts: { first: view.getUint32(at + 32), second: view.getUint32(at + 36) },
    frames: view.getUint32(at + 16, isLittleEndian),
    checkpointed: view.getUint32(checkpointAt, isLittleEndian),
    writtenAt: stat.mtimeMs,
  };
}

/**
 * Says whether the index has some page twice among these frames, counted from 1, both included. One transaction writes each page
 * once, and two that follow each other hardly ever have none in common: the counters and the ends of the tables are in all.
 *
 * What the system had not written out of the index when the power failed is zero, or names no page twice either.
 */
export function isPageRepeated(file: string, { from, to }: { readonly from: number; readonly to: number }): boolean {
  const entry = new DataView(new ArrayBuffer(entryBytes));
  const pages = new Set<number>();
  const descriptor = openSync(file, "r");
  try {
    for (let frame = from; frame <= to; frame += 1) {
      if (readSync(descriptor, entry, 0, entryBytes, entryAt(frame)) < entryBytes) return false;
      const page = entry.getUint32(0, isLittleEndian);
      if (pages.has(page)) return true;
      if (page !== 0) pages.add(page);
    }
    return false;
  } finally {
    closeSync(descriptor);
  }
}

/** The first block of the index begins with its header; each ends with a table of hashes. */
function entryAt(frame: number): number {
  if (frame <= firstBlockFrames) return headerBytes + (frame - 1) * entryBytes;
  const index = frame - firstBlockFrames - 1;
  return blockBytes * (1 + Math.floor(index / blockFrames)) + (index % blockFrames) * entryBytes;
}

function isWhole(view: DataView, start: number): boolean {
  const isMade = view.getUint8(start + 12) === 1;
  const checksum = sum(view, { from: start, to: start + 40, isLittleEndian, start: { a: 0, b: 0 } });
  return (
    isMade &&
    checksum.a === view.getUint32(start + 40, isLittleEndian) &&
    checksum.b === view.getUint32(start + 44, isLittleEndian)
  );
}
