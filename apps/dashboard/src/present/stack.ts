// Reads a stack trace, to tell the user's own frames from those of packages and the runtime.

/** A line of a stack trace. */
export type StackLine =
  | { readonly kind: "text"; readonly text: string }
  | {
      readonly kind: "frame";
      readonly text: string;
      /** Function name; null for anonymous code. */
      readonly caller: string | null;
      /** File, line and column as written. */
      readonly place: string;
      /** True for code that is neither in node_modules nor part of the runtime. */
      readonly isUsers: boolean;
    };

/** Frames of one kind that follow each other. */
export interface StackGroup {
  readonly isUsers: boolean;
  readonly lines: readonly StackLine[];
}

const framePattern = /^\s*at (?:(?<caller>.+?) \((?<inside>.+)\)|(?<bare>.+))$/;

/** Splits a stack into its lines, without the leading repetition of `Name: message`. */
export function parseStack(stack: string, message: string): readonly StackLine[] {
  const lines = withoutHeadline(stack, message)
    .split("\n")
    .filter((line) => line.trim() !== "");
  return lines.map(parseLine);
}

/** Groups what is the user's and what is not; text lines go with the user's. */
export function groupStack(lines: readonly StackLine[]): readonly StackGroup[] {
  const groups: { isUsers: boolean; lines: StackLine[] }[] = [];
  for (const line of lines) {
    const isUsers = line.kind === "text" || line.isUsers;
    const last = groups.at(-1);
    if (last?.isUsers === isUsers) last.lines.push(line);
    else groups.push({ isUsers, lines: [line] });
  }
  return groups;
}

/** The first frame of the user's own code, shortened to the end of its path; null if there is none. */
export function firstUserFrame(stack: string | null): string | null {
  if (stack === null) return null;
  const frame = parseStack(stack, "").find((line) => line.kind === "frame" && line.isUsers);
  if (frame?.kind !== "frame") return null;
  const place = shortPlace(frame.place);
  return frame.caller === null ? place : `${frame.caller} (${place})`;
}

/** The path of a frame without its scheme, which says nothing. */
export function plainPlace(place: string): string {
  return place.replace(/^file:\/\//, "");
}

/** Shortens a path to its last three parts. */
export function shortPlace(place: string): string {
  const parts = place.replace(/^(?:file|webpack-internal):\/\//, "").split("/");
  return parts.length <= 3 ? place : `…/${parts.slice(-3).join("/")}`;
}

function parseLine(text: string): StackLine {
  const match = framePattern.exec(text);
  const place = match?.groups?.["inside"] ?? match?.groups?.["bare"];
  if (place === undefined) return { kind: "text", text };
  return {
    kind: "frame",
    text: text.trim(),
    caller: match?.groups?.["caller"] ?? null,
    place,
    isUsers: isUsersPlace(place),
  };
}

function isUsersPlace(place: string): boolean {
  if (place.includes("node_modules/") || place.includes("node_modules\\")) return false;
  return !/^(?:node:|internal\/|native$|<anonymous>|\[native code\])/.test(place) && !place.includes("/.pnpm/");
}

/** A message may have several lines, all of which the stack repeats. */
function withoutHeadline(stack: string, message: string): string {
  const start = message === "" ? -1 : stack.indexOf(message);
  // Only at the top: the same text further down belongs to a cause.
  if (start === -1 || stack.slice(0, start).includes("\n")) return stack;
  return stack.slice(start + message.length);
}
