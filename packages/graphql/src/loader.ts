// Reads that a list would make for each of its rows, made once for all of them.

/** Reads what belongs to a key. */
export type Load<Key, Value> = (key: Key) => Promise<Value>;

/** Keys of one read; more are split. */
const batchMax = 100;

/**
 * Gathers the keys that are asked for in one turn and reads them together; each key is read once.
 *
 * `read` gets distinct keys and gives what looks a value up.
 */
export function batchLoader<Key, Value>(
  read: (keys: readonly Key[]) => Promise<(key: Key) => Value>,
): Load<Key, Value> {
  const known = new Map<Key, Promise<Value>>();
  let gathering: { readonly keys: Key[]; readonly read: Promise<(key: Key) => Value> } | null = null;
  const begin = () => {
    const keys: Key[] = [];
    // The resolvers of a list's rows run one after the other before anything that is waited for here.
    const readAll = Promise.resolve().then(() => {
      gathering = null;
      return read(keys);
    });
    return { keys, read: readAll };
  };
  return (key) => {
    const before = known.get(key);
    if (before !== undefined) return before;
    if (gathering === null || gathering.keys.length >= batchMax) gathering = begin();
    gathering.keys.push(key);
    const value = gathering.read.then((lookUp) => lookUp(key));
    known.set(key, value);
    return value;
  };
}

/** Reads each key once. */
export function memoLoader<Key, Value>(read: Load<Key, Value>): Load<Key, Value> {
  const known = new Map<Key, Promise<Value>>();
  return (key) => {
    const value = known.get(key) ?? read(key);
    known.set(key, value);
    return value;
  };
}
