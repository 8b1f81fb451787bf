// Counts the commits in SQLite's write-ahead log, from outside of the process that writes it.
import { readFileSync } from "node:fs";

/** What the log of a database holds since it was last begun anew. */
export interface WalCounts {
  /** How often the log was begun anew: counts of different rounds have nothing to do with each other. */
  readonly round: number;
  readonly commits: number;
  /** Pages, one for each that a commit changed. */
  readonly pages: number;
}

const headerBytes = 32;
const frameHeaderBytes = 24;

/**
 * Reads `<database>-wal`. The log is begun anew after a checkpoint, which comes at 1,000 pages. Frames of an earlier round, whose salts differ, are not counted.
 */
export function countCommits(databaseFile: string): WalCounts {
  const log = readFileSync(`${databaseFile}-wal`);
  if (log.length < headerBytes) return { round: 0, commits: 0, pages: 0 };
  const pageBytes = log.readUInt32BE(8);
  const salts = log.subarray(16, 24);
  let commits = 0;
  let pages = 0;
  for (let at = headerBytes; at + frameHeaderBytes + pageBytes <= log.length; at += frameHeaderBytes + pageBytes) {
    if (!log.subarray(at + 8, at + 16).equals(salts)) break;
    pages += 1;
    // The size of the database after the commit; 0 in frames that are not the last of one.
    if (log.readUInt32BE(at + 4) !== 0) commits += 1;
  }
  return { round: log.readUInt32BE(12), commits, pages };
}
