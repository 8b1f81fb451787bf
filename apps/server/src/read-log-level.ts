// Which lines are logged, where several settings have a say: LOG_LEVEL, --log-level and --verbose.
import type { Config } from "./config.ts";

type LogLevel = Config["logLevel"];

const spellings: Readonly<Record<string, LogLevel>> = {
  trace: "trace",
  debug: "debug",
  info: "info",
  warn: "warn",
  warning: "warn",
  error: "error",
  silent: "silent",
};

/** What was decided, and what is to be said about it. */
export interface ReadLogLevel {
  readonly level: LogLevel;
  readonly notice: string | null;
}

/**
 * Decides. `LOG_LEVEL` wins over everything, as with the server that this one replaces; but it belongs to no program, so a
 * word in it that only another one knows is passed over. `--verbose` is a default that any level wins over.
 */
export function readLogLevel(o: {
  readonly variable: string | undefined;
  readonly level: LogLevel;
  /** Whether anybody has set the level. */
  readonly isLevelSet: boolean;
  readonly isVerbose: boolean;
}): ReadLogLevel {
  const own = o.isVerbose && !o.isLevelSet ? "debug" : o.level;
  if (o.variable === undefined || o.variable === "") return { level: own, notice: null };
  const level = spellings[o.variable.toLowerCase()];
  if (level !== undefined) return { level, notice: null };
  const known = Object.keys(spellings).filter((word) => word !== "warning");
  return { level: own, notice: `LOG_LEVEL=${o.variable} has no effect: it is none of ${known.join(", ")}.` };
}
