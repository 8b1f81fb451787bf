// Values as text the way the reference's `+` and `string()` write them: Go's `%v`.
import type { Frame } from "./frame.ts";
import { keysOf, spend, spendOnText } from "./frame.ts";
import { builtCharsMax, valueDepthMax } from "./limits.ts";
import { durationText, timestampText } from "./times.ts";
import { Duration, Failure, isList, isMap, Timestamp, TypeValue, Uint } from "./values.ts";

/** Writes any value, or returns null when it is too large, too deep or over the budget. */
export function goText(value: unknown, frame: Frame): string | null {
  const text = write(value, frame, 0);
  return text === null || text.length > builtCharsMax ? null : text;
}

/** Writes a double in its shortest digits, with an exponent below 1e-04 and from 1e+06 on. */
export function goDouble(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [digits = "", exponentText = ""] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  // In this range JavaScript writes no exponent either.
  if (exponent >= -4 && exponent < 6) return String(value);
  const width = String(Math.abs(exponent)).padStart(2, "0");
  return `${digits}e${exponent < 0 ? "-" : "+"}${width}`;
}

function write(value: unknown, frame: Frame, depth: number): string | null {
  if (typeof value === "string") return value;
  if (typeof value === "number") return goDouble(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (value instanceof Uint) return String(value.value);
  if (value instanceof Timestamp) return timestampText(value);
  if (value instanceof Duration) return durationText(value);
  if (value instanceof TypeValue) return value.name;
  if (value instanceof Failure) return value.message;
  if (value instanceof Uint8Array) return spendOnText(frame, value.length) ? new TextDecoder().decode(value) : null;
  if (depth > valueDepthMax) return null;
  if (isList(value)) return join(value, { frame, open: "[", close: "]" }, (item) => write(item, frame, depth + 1));
  if (!isMap(value)) return "<nil>";
  return join([...keysOf(value, frame)].sort(), { frame, open: "map[", close: "]" }, (key) => {
    const text = write(value[key], frame, depth + 1);
    return text === null ? null : `${key}:${text}`;
  });
}

function join<T>(
  items: readonly T[],
  around: { frame: Frame; open: string; close: string },
  writeItem: (item: T) => string | null,
): string | null {
  const parts: string[] = [];
  let length = 0;
  for (const item of items) {
    const text = spend(around.frame, 1) ? writeItem(item) : null;
    length += text?.length ?? 0;
    if (text === null || length > builtCharsMax) return null;
    parts.push(text);
  }
  return around.open + parts.join(" ") + around.close;
}
