// A bounded map that forgets what has not been used for long. It keeps two generations
// instead of an exact order: moving an entry on every read by deleting and inserting it
// cost 100 µs at 50,000 entries, because the engine's map keeps the holes.

/** What a bounded map may hold. */
interface LruLimits {
  readonly entriesMax: number;
  /** All keys' characters together. */
  readonly charsMax: number;
}

/** A map by text. The last half of `entriesMax` entries that were read or set are always there, unless their keys are long. */
interface Lru<T> {
  readonly get: (key: string) => T | undefined;
  readonly set: (key: string, value: T) => void;
  readonly size: () => number;
}

/** Makes an empty one. When the young generation has half of what is allowed, it becomes the old one and that is forgotten. */
export function createLru<T>(limits: LruLimits): Lru<T> {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  let youngChars = 0;
  const set = (key: string, value: T): void => {
    if (!young.has(key)) youngChars += key.length;
    young.set(key, value);
    if (young.size * 2 < limits.entriesMax && youngChars * 2 < limits.charsMax) return;
    old = young;
    young = new Map();
    youngChars = 0;
  };
  return {
    get: (key) => {
      const found = young.get(key);
      if (found !== undefined) return found;
      const aged = old.get(key);
      if (aged !== undefined) set(key, aged);
      return aged;
    },
    set,
    size: () => young.size + old.size,
  };
}
