// Colours of a terminal, for whoever asks for them.

const codes = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Puts a text in a colour. */
export type Paint = (color: keyof typeof codes, text: string) => string;

/** Makes a paint that does nothing without `color`. */
export function createPaint(color: boolean): Paint {
  return color ? (name, text) => `\u001B[${codes[name]}m${text}\u001B[0m` : (_name, text) => text;
}
