// A bounded map that forgets what was used longest ago.

/** What a bounded map may hold. */
export interface LruLimits {
  readonly entriesMax: number;
  /** All keys' characters together. */
  readonly charsMax: number;
}

/** A map by text. Reading an entry makes it the most recent. */
export interface Lru<T> {
  readonly get: (key: string) => T | undefined;
  readonly set: (key: string, value: T) => void;
  readonly size: () => number;
}

/** Makes an empty one. A JavaScript map keeps the order of insertion, so its first key is the oldest. */
export function createLru<T>(limits: LruLimits): Lru<T> {
  const entries = new Map<string, T>();
  let chars = 0;
  const drop = (key: string): void => {
    if (entries.delete(key)) chars -= key.length;
  };
  return {
    get: (key) => {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set: (key, value) => {
      drop(key);
      entries.set(key, value);
      chars += key.length;
      for (const oldest of entries.keys()) {
        if (entries.size <= limits.entriesMax && chars <= limits.charsMax) break;
        drop(oldest);
      }
    },
    size: () => entries.size,
  };
}
