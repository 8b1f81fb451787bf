// Gathers the pieces of a body. Whoever sends byte by byte makes us keep the bytes, and not a hundred bytes for each.

/** The pieces so far. */
export interface ByteGatherer {
  readonly length: number;
  add(chunk: Buffer): void;
  /** All bytes in order. */
  take(): Buffer;
}

/** Pieces from this size on are kept as they are. */
const largeBytes = 4 * 1024;
const pageBytes = 64 * 1024;

/** Makes an empty one. */
export function createByteGatherer(): ByteGatherer {
  const kept: Buffer[] = [];
  let length = 0;
  let page: Buffer | null = null;
  let used = 0;

  const closePage = (): void => {
    if (page !== null && used > 0) kept.push(page.subarray(0, used));
    page = used < pageBytes && page !== null ? page.subarray(used) : null;
    used = 0;
  };
  const copy = (chunk: Buffer): void => {
    if (page === null || page.length - used < chunk.length) {
      closePage();
      page = Buffer.allocUnsafe(pageBytes);
    }
    used += chunk.copy(page, used);
  };

  return {
    get length() {
      return length;
    },
    add(chunk) {
      // Nearly every body is one piece: it is kept as it came until there is another.
      const isFirst = length === 0;
      length += chunk.length;
      if (isFirst || chunk.length >= largeBytes) {
        closePage();
        kept.push(chunk);
      } else copy(chunk);
    },
    take() {
      closePage();
      const [first] = kept;
      return kept.length === 1 && first !== undefined ? first : Buffer.concat(kept);
    },
  };
}
