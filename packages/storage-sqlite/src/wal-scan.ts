// Reads the write-ahead log of a database without SQLite, which would cut a damaged log off at its first bad frame and
// say nothing of the commits behind it. Nothing is written.
import { closeSync, openSync, readSync, statSync } from "node:fs";

/** What a log holds. */
export type WalScan =
  /** There is no log, or nothing in it: a power failure may leave room that nothing was written to. */
  | { readonly kind: "empty" }
  /** There is something, and its beginning is not that of a log: SQLite would take nothing of it. */
  | { readonly kind: "unreadable" }
  | WalContent;

/** A log whose beginning is whole. */
export interface WalContent {
  readonly kind: "log";
  readonly pageSize: number;
  /** Names the log: the first number goes up each time the log begins anew. */
  readonly salts: Salts;
  /** Commits that SQLite finds: all up to the first frame that is not whole. */
  readonly commits: number;
  /** Frames of those commits. */
  readonly frames: number;
  /** Pages of the database after the last of them; null without one. */
  readonly databasePages: number | null;
  /** Where the newest committed content of each page begins in the file. */
  readonly pages: ReadonlyMap<number, number>;
  /**
   * Transactions of this log behind the first frame that is not whole: the most that follow each other without a gap. A power
   * failure in the middle of a write leaves one at most: the last, which nobody was told of. A second failure may leave
   * another behind it, of an earlier start, which was written over in part; between the two there is a frame that does not fit.
   */
  readonly strayTransactions: number;
}

/** Both salts of a log. */
export interface Salts {
  readonly first: number;
  readonly second: number;
}

const headerBytes = 32;
const frameHeaderBytes = 24;
const magic = 0x37_7f_06_82;
const framesPerRead = 256;

/** Scans the log at this path. Costs 1 to 2 ms per MiB, and a checkpoint begins after 4 MiB and must be over after 16. */
export function scanWal(file: string): WalScan {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes === 0) return { kind: "empty" };
  const descriptor = openSync(file, "r");
  try {
    const header = bytes < headerBytes ? null : readHeader(descriptor);
    if (header !== null) return readFrames(descriptor, header);
    return { kind: bytes < headerBytes || isBlank(descriptor) ? "empty" : "unreadable" };
  } finally {
    closeSync(descriptor);
  }
}

interface Header {
  readonly pageSize: number;
  readonly salts: Salts;
  readonly isLittleEndian: boolean;
  readonly checksum: Checksum;
}

interface Checksum {
  readonly a: number;
  readonly b: number;
}

function readHeader(descriptor: number): Header | null {
  const view = new DataView(new ArrayBuffer(headerBytes));
  readSync(descriptor, view, 0, headerBytes, 0);
  if ((view.getUint32(0) & 0xff_ff_ff_fe) !== magic) return null;
  const isLittleEndian = (view.getUint32(0) & 1) === 0;
  const checksum = sum(view, { from: 0, to: 24, isLittleEndian, start: { a: 0, b: 0 } });
  if (!isSame(checksum, checksumAt(view, 24))) return null;
  return { pageSize: view.getUint32(8), salts: saltsAt(view, 16), isLittleEndian, checksum };
}

function isBlank(descriptor: number): boolean {
  const chunk = Buffer.alloc(1024 * 1024);
  for (let position = 0; ;) {
    const read = readSync(descriptor, chunk, 0, chunk.length, position);
    if (chunk.subarray(0, read).some((byte) => byte !== 0)) return false;
    if (read === 0) return true;
    position += read;
  }
}

/** Frames that fit their predecessor. */
interface Chain {
  readonly commits: number;
  readonly openFrames: number;
}

const noChain: Chain = { commits: 0, openFrames: 0 };

/** What has been learnt, frame by frame. */
interface Progress {
  isWhole: boolean;
  commits: number;
  frames: number;
  databasePages: number | null;
  readonly pages: Map<number, number>;
  /** Pages of a transaction whose commit has not come yet. */
  readonly open: Map<number, number>;
  strayTransactions: number;
  /** Behind the first bad frame, since the last one: commits, and frames since the last commit. */
  chain: Chain;
}

function readFrames(descriptor: number, header: Header): WalContent {
  const frameBytes = frameHeaderBytes + header.pageSize;
  const chunk = new DataView(new ArrayBuffer(frameBytes * framesPerRead));
  const progress: Progress = {
    isWhole: true,
    commits: 0,
    frames: 0,
    databasePages: null,
    pages: new Map(),
    open: new Map(),
    strayTransactions: 0,
    chain: noChain,
  };
  // What the frame before says of itself: each frame can be checked alone, whether or not those before it are whole.
  let before = header.checksum;
  for (let index = 0; ;) {
    const start = headerBytes + index * frameBytes;
    const read = Math.floor(readSync(descriptor, chunk, 0, chunk.byteLength, start) / frameBytes);
    for (let at = 0; at < read; at += 1, index += 1) {
      const frame = new DataView(chunk.buffer, at * frameBytes, frameBytes);
      note(progress, { frame, header, before, index, contentAt: start + at * frameBytes + frameHeaderBytes });
      before = checksumAt(frame, 16);
    }
    if (read === 0) break;
  }
  const { commits, frames, databasePages, pages, strayTransactions } = progress;
  const { pageSize, salts } = header;
  return { kind: "log", pageSize, salts, commits, frames, databasePages, pages, strayTransactions };
}

function note(
  progress: Progress,
  o: {
    readonly frame: DataView;
    readonly header: Header;
    readonly before: Checksum;
    readonly index: number;
    readonly contentAt: number;
  },
): void {
  const { frame, header, before } = o;
  const page = frame.getUint32(0);
  const databasePages = frame.getUint32(4);
  const salts = saltsAt(frame, 8);
  // Older frames, which this log has not come to write over yet, have other salts.
  const isOurs = page !== 0 && salts.first === header.salts.first && salts.second === header.salts.second;
  if (!isOurs || !isSame(checksumOf(frame, header, before), checksumAt(frame, 16))) {
    progress.isWhole = false;
    progress.chain = noChain;
    return;
  }
  if (!progress.isWhole) {
    const { commits, openFrames } = progress.chain;
    progress.chain =
      databasePages === 0 ? { commits, openFrames: openFrames + 1 } : { commits: commits + 1, openFrames: 0 };
    progress.strayTransactions = Math.max(progress.strayTransactions, transactionsOf(progress.chain));
    return;
  }
  progress.open.set(page, o.contentAt);
  if (databasePages === 0) return;
  for (const [number, contentAt] of progress.open) progress.pages.set(number, contentAt);
  progress.open.clear();
  progress.commits += 1;
  progress.frames = o.index + 1;
  progress.databasePages = databasePages;
}

function transactionsOf({ commits, openFrames }: Chain): number {
  return commits + (openFrames > 0 ? 1 : 0);
}

function checksumOf(frame: DataView, { isLittleEndian }: Header, before: Checksum): Checksum {
  const start = sum(frame, { from: 0, to: 8, isLittleEndian, start: before });
  return sum(frame, { from: frameHeaderBytes, to: frame.byteLength, isLittleEndian, start });
}

/** SQLite's checksum of a log: two sums over pairs of words, each carried into the other. */
export function sum(
  view: DataView,
  o: { readonly from: number; readonly to: number; readonly isLittleEndian: boolean; readonly start: Checksum },
): Checksum {
  let { a, b } = o.start;
  for (let at = o.from; at < o.to; at += 8) {
    a = (a + view.getUint32(at, o.isLittleEndian) + b) | 0;
    b = (b + view.getUint32(at + 4, o.isLittleEndian) + a) | 0;
  }
  return { a: a >>> 0, b: b >>> 0 };
}

function checksumAt(view: DataView, at: number): Checksum {
  return { a: view.getUint32(at), b: view.getUint32(at + 4) };
}

function saltsAt(view: DataView, at: number): Salts {
  return { first: view.getUint32(at), second: view.getUint32(at + 4) };
}

function isSame(one: Checksum, other: Checksum): boolean {
  return one.a === other.a && one.b === other.b;
}
