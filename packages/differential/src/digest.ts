// A few letters that stand for a value: what comes after it depends on all of it and stays small.

/** Eight hexadecimal digits of the value's JSON (FNV-1a). */
export function digest(value: unknown): string {
  let hash = 0x81_1c_9d_c5;
  for (const byte of Buffer.from(JSON.stringify(value) ?? "undefined")) {
    hash = Math.imul(hash ^ byte, 0x01_00_01_93) >>> 0;
  }
  return hash.toString(16).padStart(8, "0");
}
