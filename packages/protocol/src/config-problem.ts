// What can be wrong with a function's configuration, and the report its readers write to.
import { parseDuration, parseGoDuration } from "./duration.ts";

/** One thing that is wrong with a function's configuration, or worth a notice. */
export interface ConfigProblem {
  /** Slug of the function; empty when it has none. */
  readonly functionSlug: string;
  /** Where in the function object, e.g. `triggers[0].expression`. */
  readonly path: string;
  readonly code: ConfigProblemCode;
  readonly message: string;
}

/** Codes of configuration problems, as API clients compare them. */
export type ConfigProblemCode =
  | "batch_if_expression_invalid"
  | "batch_key_expression_invalid"
  | "batch_size_invalid"
  | "batch_timeout_invalid"
  | "combo_unsupported"
  | "concurrency_limit_invalid"
  | "config_invalid"
  | "event_name_invalid"
  | "schedule_invalid";

/** What an expression is used for, which decides what it may contain. */
export type ExpressionUse = "trigger" | "cancel" | "key" | "batch-if" | "priority";

/** Checks that need an expression or cron library, which this package does without. A result of `null` means fine. */
export interface ConfigChecks {
  checkExpression(text: string, use: ExpressionUse): string | null;
  checkCron(cron: string, timeZone: string): string | null;
}

/** The range a duration must lie in; both ends included. */
export interface DurationRange {
  readonly minMs: number;
  readonly maxMs?: number;
  /** How the range is told to the user, e.g. `between 1s and 7d`. */
  readonly allowed: string;
  readonly code?: ConfigProblemCode;
  /** Go's own durations know no days and weeks. */
  readonly goOnly?: boolean;
}

/** Collects what is wrong with one function. */
export interface ConfigReport {
  readonly problems: readonly ConfigProblem[];
  readonly notices: readonly ConfigProblem[];
  reject(path: string, message: string, code?: ConfigProblemCode): void;
  notice(path: string, message: string): void;
  /** Returns the checked expression; absent and empty text are `null`. */
  expression(
    path: string,
    text: string | null | undefined,
    use: ExpressionUse,
    code?: ConfigProblemCode,
  ): string | null;
  /** Returns the duration in milliseconds; absent, empty and refused ones are `null`. */
  duration(path: string, text: string | null | undefined, range: DurationRange): number | null;
  checkCron(cron: string, timeZone: string): string | null;
}

/** Opens the report of one function. */
export function openConfigReport(functionSlug: string, checks: ConfigChecks): ConfigReport {
  const problems: ConfigProblem[] = [];
  const notices: ConfigProblem[] = [];
  const reject: ConfigReport["reject"] = (path, message, code = "config_invalid") => {
    problems.push({ functionSlug, path, code, message });
  };
  return {
    problems,
    notices,
    reject,
    notice: (path, message) => notices.push({ functionSlug, path, code: "config_invalid", message }),
    checkCron: (cron, timeZone) => checks.checkCron(cron, timeZone),
    expression(path, text, use, code) {
      if (text == null || text === "") return null;
      const wrong = checks.checkExpression(text, use);
      if (wrong !== null) reject(path, `the expression \`${text}\` is invalid: ${wrong}`, code);
      return text;
    },
    duration(path, text, range) {
      if (text == null || text === "") return null;
      const value = range.goOnly === true ? parseGoDuration(text) : parseDuration(text);
      if (value !== null && value >= range.minMs && value <= (range.maxMs ?? Infinity)) return value;
      reject(path, `"${text}" must be a duration ${range.allowed}`, range.code);
      return null;
    },
  };
}
