// Reads JSON while it is being typed, and says in words what is wrong with it.
import type { JsonValue } from "@stepwright/protocol";

/** JSON that was typed: its value, or what is wrong with it. */
export type TypedJson =
  | { readonly kind: "value"; readonly value: JsonValue }
  | { readonly kind: "problem"; readonly message: string };

/** Reads typed text as JSON. Empty text is a problem too. */
export function readJson(text: string): TypedJson {
  if (text.trim() === "") return { kind: "problem", message: "Type a JSON value, such as {}" };
  try {
    return { kind: "value", value: JSON.parse(text) as JsonValue };
  } catch (error) {
    return { kind: "problem", message: problemText(error instanceof Error ? error.message : String(error), text) };
  }
}

/** Reads typed text as a JSON object, which is what an event's data must be. */
export function readJsonObject(text: string): TypedJson {
  const typed = readJson(text);
  if (typed.kind === "problem") return typed;
  const { value } = typed;
  if (value !== null && typeof value === "object" && !Array.isArray(value)) return typed;
  return { kind: "problem", message: "An event's data must be a JSON object: { … }" };
}

/** Reads typed text as a JSON list, which is what a step's arguments must be. */
export function readJsonList(text: string): TypedJson {
  const typed = readJson(text);
  if (typed.kind === "problem" || Array.isArray(typed.value)) return typed;
  return { kind: "problem", message: "The arguments must be a JSON list: [ … ]" };
}

/** Engines name the place by offset, or by line and column; people want the latter. */
function problemText(message: string, text: string): string {
  const short = message
    .replace(/^JSON\.parse: /, "")
    .replace(/ in JSON at position.*$/s, "")
    .replace(/, ".*" is not valid JSON$/s, "");
  const place = placeOf(message, text);
  return place === null ? short : `Line ${place.line}, column ${place.column}: ${short}`;
}

function placeOf(message: string, text: string): { readonly line: number; readonly column: number } | null {
  const named = /line (\d+),? column (\d+)/.exec(message);
  if (named !== null) return { line: Number(named[1]), column: Number(named[2]) };
  const offset = /position (\d+)/.exec(message)?.[1];
  const end =
    offset === undefined ? (/end of (?:JSON )?(?:input|data)/i.test(message) ? text.length : null) : Number(offset);
  if (end === null) return null;
  const before = text.slice(0, end).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
