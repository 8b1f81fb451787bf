// Makes one line of a program's output fit to be read beside another program's.

/** pino's number for `info`; what is below is for somebody who looks for a fault. */
const infoLevel = 30;

const levelWords = new Map([
  [40, "warning: "],
  [50, "error: "],
  [60, "fatal: "],
]);

/** Fields that say nothing new on every line. */
const fieldsLeftOut = new Set(["level", "time", "pid", "hostname", "msg", "component", "v"]);

/**
 * Prefixes a line with the program's name and writes a JSON log line as words.
 * Returns `undefined` for a line that nobody wants to see.
 */
export function readableLine(program, line) {
  if (line.trim() === "") return undefined;
  const prefix = program.padEnd(6);
  const entry = parseEntry(line);
  if (entry === undefined) return `${prefix} ${line}`;
  if (typeof entry.level === "number" && entry.level < infoLevel) return undefined;

  const fields = Object.entries(entry)
    .filter(([name]) => !fieldsLeftOut.has(name))
    .map(([name, value]) => `${name}=${typeof value === "object" ? JSON.stringify(value) : String(value)}`);
  return `${prefix} ${levelWords.get(entry.level) ?? ""}${[entry.msg, ...fields].join("  ")}`;
}

function parseEntry(line) {
  if (!line.startsWith("{")) return undefined;
  try {
    const entry = JSON.parse(line);
    return typeof entry.msg === "string" ? entry : undefined;
  } catch {
    return undefined;
  }
}
