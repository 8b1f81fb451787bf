// Remembers in the browser what was last sent, so that it need not be typed again.

const prefix = "stepwright.payload.";

/** The text that was last sent under this key (`event:NAME` or `invoke:SLUG`); null when none is known. */
export function rememberedPayload(key: string): string | null {
  try {
    return localStorage.getItem(prefix + key);
  } catch {
    return null;
  }
}

/** Remembers the text that was sent. */
export function rememberPayload(key: string, text: string): void {
  try {
    localStorage.setItem(prefix + key, text);
  } catch {
    // Storage is blocked or full: the next dialog begins empty.
  }
}
