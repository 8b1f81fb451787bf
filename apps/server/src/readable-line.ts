// One line of the JSON log as people like to read it: time, level, phrase, facts.

const levels: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "",
  40: "\u001b[33mwarn\u001b[0m ",
  50: "\u001b[31merror\u001b[0m ",
  60: "\u001b[31mfatal\u001b[0m ",
};

/** Rewrites a line; what is not a line of the log stays as it is. */
export function readableLine(json: string): string {
  let line: unknown;
  try {
    line = JSON.parse(json);
  } catch {
    return json;
  }
  if (typeof line !== "object" || line === null) return json;
  const { level, time, msg, component: _, err, ...facts }: Record<string, unknown> = { ...line };
  const clock = typeof time === "number" ? new Date(time).toTimeString().slice(0, 8) : "";
  const known = Object.entries(facts).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const head = `${dim(clock)} ${levels[Number(level)] ?? ""}${typeof msg === "string" ? msg : ""}`;
  return `${[head, ...(known.length === 0 ? [] : [dim(known.join(" "))])].join("  ")}\n${stackOf(err)}`;
}

function stackOf(error: unknown): string {
  if (typeof error !== "object" || error === null || !("stack" in error)) return "";
  return `${dim(String(error.stack))}\n`;
}

function dim(text: string): string {
  return `\u001b[2m${text}\u001b[0m`;
}
