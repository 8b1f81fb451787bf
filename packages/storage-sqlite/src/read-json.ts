// Reads JSON that this package wrote itself, and that somebody may have damaged since: one bad row must not stop the others.

/** The value, or undefined for text that is no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The object; null for text that is none. */
export function readObject(text: string): object | null {
  const value = readJson(text);
  return typeof value === "object" && value !== null ? value : null;
}
