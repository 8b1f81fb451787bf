// Looks at the files of a database before SQLite does: whether anything that was committed is missing. Reads only.
import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { uptime } from "node:os";
import type { Millis } from "@stepwright/protocol";
import { connect, type NativeBinding, type Synchronous } from "./connection.ts";
import { isPageRepeated, readWalIndex, type WalIndex } from "./wal-index.ts";
import { scanWal, type WalContent, type WalScan } from "./wal-scan.ts";

/** What is wrong with the files. */
export interface FileDamage {
  /** The damaged file. */
  readonly file: string;
  readonly part: "database" | "log";
  /** Half a sentence. */
  readonly reason: string;
  /** Commits of the log that can be read. */
  readonly commits: number;
  /** It is what a power failure leaves when commits do not wait for the disk. */
  readonly isExpected: boolean;
}

/**
 * Up to this size the structure of every page is checked. 115 MB took 0.45 s on two busy cores, so this is 0.15 s of a start
 * at most. The 1.2 GB of a million runs took 4.3 s with all of it in the page cache of the system, and a start may take one:
 * beyond the limit only head and length are looked at, and a damaged page is found when it is read.
 */
const checkedBytesMax = 32 * 1024 * 1024;

/**
 * Inspects the database file, its log and the index of the log; null when nothing is missing.
 *
 * The log is damaged when SQLite would read less of it than was committed. What was committed is told by the index, exactly
 * as long as the machine has not gone down, and by transactions behind the first bad frame otherwise. An unfinished
 * last transaction is no damage: nobody was told that it is stored.
 */
export function inspectFiles(o: {
  readonly file: string;
  readonly synchronous: Synchronous;
  readonly now: Millis;
  readonly nativeBinding: NativeBinding;
}): FileDamage | null {
  const scan = scanWal(`${o.file}-wal`);
  const index = readWalIndex(`${o.file}-shm`);
  const bootedAt = o.now - uptime() * 1000;
  return logDamage({ ...o, scan, index, bootedAt }) ?? databaseDamage({ ...o, scan });
}

function logDamage(o: {
  readonly file: string;
  readonly synchronous: Synchronous;
  readonly scan: WalScan;
  readonly index: WalIndex | null;
  readonly bootedAt: number;
}): FileDamage | null {
  const { scan, index } = o;
  const hasRebooted = index === null || index.writtenAt < o.bootedAt;
  const missing = missingFrames(scan, index);
  const isUnacknowledged = hasRebooted && index !== null && isOneTransaction(o.file, scan, index);
  const reason = (isUnacknowledged ? null : missing) ?? (hasRebooted ? strayCommits(scan) : null);
  if (reason === null) return null;
  return {
    file: `${o.file}-wal`,
    part: "log",
    reason,
    commits: scan.kind === "log" ? scan.commits : 0,
    isExpected: hasRebooted && o.synchronous === "normal",
  };
}

/** The index knows of frames that the log does not have. */
function missingFrames(scan: WalScan, index: WalIndex | null): string | null {
  // All that was committed is in the database already: the log may be anything.
  if (index !== null && index.frames <= index.checkpointed) return null;
  if (scan.kind === "unreadable") return "its header is not that of a log";
  if (index === null) return null;
  if (scan.kind === "empty") return `it is gone, with ${index.frames - index.checkpointed} pages that were committed`;
  if (isOf(index, scan)) {
    return scan.frames >= index.frames
      ? null
      : `${index.frames - scan.frames} of ${index.frames} pages that were committed cannot be read`;
  }
  // A log that began anew is ahead of an index that was not written out before the power failed.
  return isOlder(scan, index) ? "it is older than the index beside it" : null;
}

/**
 * What the log lacks may be the one transaction whose sync a power failure cut short, which the index was already written out
 * with: nobody was told of it. Two or more were acknowledged, all but the last. A log that is to begin anew may lack its first.
 */
function isOneTransaction(file: string, scan: WalScan, index: WalIndex): boolean {
  if (scan.kind === "unreadable") return false;
  const isSame = scan.kind === "log" && isOf(index, scan);
  if (scan.kind === "log" && !isSame && index.salts.first !== (scan.salts.first + 1) >>> 0) return false;
  return !isPageRepeated(`${file}-shm`, { from: (isSame ? scan.frames : 0) + 1, to: index.frames });
}

function isOf(index: WalIndex, scan: WalContent): boolean {
  return index.salts.first === scan.salts.first && index.salts.second === scan.salts.second;
}

/** The first salt goes up by one with every new log, and starts at random. */
function isOlder(scan: WalContent, index: WalIndex): boolean {
  return ((index.salts.first - scan.salts.first) | 0) > 0;
}

function strayCommits(scan: WalScan): string | null {
  if (scan.kind !== "log" || scan.strayTransactions < 2) return null;
  return `at least ${scan.strayTransactions} transactions follow a page that cannot be read`;
}

function databaseDamage(o: {
  readonly file: string;
  readonly scan: WalScan;
  readonly nativeBinding: NativeBinding;
}): FileDamage | null {
  const log = o.scan.kind === "log" && o.scan.commits > 0 ? o.scan : null;
  const reason = headDamage(o.file, log) ?? structureDamage(o.file, log, o.nativeBinding);
  if (reason === null) return null;
  return { file: o.file, part: "database", reason, commits: log?.commits ?? 0, isExpected: false };
}

/** Checks the header, and that every page is in the file or in the log. */
function headDamage(file: string, log: WalContent | null): string | null {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  // SQLite would throw the log of an empty database away.
  if (bytes === 0) return log === null ? null : "it is empty or gone, and its log is not";
  const head = readHead(file);
  if (!head.subarray(0, 16).equals(Buffer.from("SQLite format 3\0"))) return "file is not a database";
  const sizeField = head.readUInt16BE(16);
  const pageSize = sizeField === 1 ? 65_536 : sizeField;
  if (log !== null && log.pageSize !== pageSize)
    return `its pages have ${pageSize} bytes, those of its log ${log.pageSize}`;
  const pages = log?.databasePages ?? head.readUInt32BE(28);
  const pagesInFile = Math.floor(bytes / pageSize);
  for (let page = pagesInFile + 1; page <= pages; page += 1)
    if (log?.pages.has(page) !== true) return `it ends after page ${pagesInFile} of ${pages}`;
  return null;
}

function readHead(file: string): Buffer {
  const head = Buffer.alloc(100);
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, head, 0, head.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return head;
}

/** Lets SQLite check a copy in memory of what the file and its log come to. */
function structureDamage(file: string, log: WalContent | null, nativeBinding: NativeBinding): string | null {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const wanted = Math.max(bytes, (log?.databasePages ?? 0) * (log?.pageSize ?? 0));
  if (bytes === 0 || wanted > checkedBytesMax) return null;
  const image = Buffer.alloc(wanted);
  readFileSync(file).copy(image);
  if (log !== null) putLog(image, `${file}-wal`, log);
  // A database in memory has no log of its own.
  image[18] = 1;
  image[19] = 1;
  try {
    const db = connect(image, {}, nativeBinding);
    try {
      const verdict = String(db.pragma("quick_check(1)", { simple: true }));
      return verdict === "ok" ? null : verdict.replaceAll(/\s+/g, " ");
    } finally {
      db.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function putLog(image: Buffer, file: string, log: WalContent): void {
  const descriptor = openSync(file, "r");
  try {
    for (const [page, contentAt] of log.pages) {
      const at = (page - 1) * log.pageSize;
      // Pages beyond the end were given back by a later commit.
      if (at + log.pageSize <= image.length) readSync(descriptor, image, at, log.pageSize, contentAt);
    }
  } finally {
    closeSync(descriptor);
  }
}
