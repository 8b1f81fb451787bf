// A run as a small text waterfall: what a failed test prints, and `String(run)`.
import type { ApiDoing, ApiRun, ApiStep } from "@stepwright/protocol";
import { barOf, type BarAxis } from "./bar.ts";
import { chooseSteps, stepsToShow, type ChosenStep } from "./chosen-steps.ts";
import { doingText, timeText } from "./doing-text.ts";
import { exactDuration, shortDuration } from "./duration-text.ts";
import { errorLines } from "./error-text.ts";
import { failuresOf } from "./failures.ts";
import { cutMiddle, displayWidth, oneLine, padded, shortLine } from "./fit-text.ts";
import { createPaint, type Paint } from "./paint.ts";
import { runOf, type RunLike } from "./run-like.ts";
import { isEnded } from "../run-status.ts";
import { horizonOf, lastKnownAt, startOf } from "./run-times.ts";

/** How a waterfall is drawn. */
export interface WaterfallOptions {
  /** What the run's clock shows; default: the last time at which something has happened in the run. */
  readonly now?: number;
  /** Characters of the bars; default 24. */
  readonly barWidth?: number;
  /** Steps that are shown; of a longer run those at its ends and those that did not simply complete. Default 40. */
  readonly stepsMax?: number;
  /** Characters of an output or an error; default 200. */
  readonly textMax?: number;
  /** Colours of a terminal; default false. */
  readonly color?: boolean;
}

type Settings = Required<WaterfallOptions> & { readonly paint: Paint; readonly axis: BarAxis };

const stepColumnMax = 36;

/**
 * Writes a run as text: a line that says what became of it, a table with a bar for each step, what is open, and its output.
 *
 * ```
 * shop-welcome completed after 2d  run 01JZ…, by event user/signed-up, queued 2026-01-05T09:00:00Z
 *   step   kind   status     attempts   at  took  0                     2d
 *   hello  step   completed         1  0ms   0ms  █
 *   nap    sleep  completed            0ms    2d  ────────────────────────
 *   output: "done"
 * ```
 */
export function waterfall(received: RunLike, options: WaterfallOptions = {}): string {
  const run = runOf(received);
  const now = Math.max(options.now ?? 0, lastKnownAt(run));
  const { barWidth = 24, stepsMax = 40, textMax = 200, color = false } = options;
  const axis = { startAt: run.queuedAt, endAt: Math.max(horizonOf(run), isEnded(run) ? 0 : now), now, width: barWidth };
  const settings: Settings = { now, barWidth, stepsMax, textMax, color, paint: createPaint(color), axis };
  const chosen = chooseSteps(run, stepsMax);
  const shown = new Set(chosen.flatMap((item) => (item.kind === "step" ? [item.step.id] : [])));
  return [
    headLine(run, settings),
    ...tableOf(run, chosen, settings).map((line) => `  ${line}`.trimEnd()),
    ...run.doing
      .filter(({ stepId }) => stepId === null || !shown.has(stepId))
      .map((doing) => `  now: ${doingLine(doing, settings)}`),
    ...endLines(run, settings).map((line) => `  ${line}`),
  ].join("\n");
}

function headLine(run: ApiRun, { paint, now }: Settings): string {
  const { trigger } = run;
  const by = trigger.cron === null ? `event ${trigger.eventName}` : `cron ${trigger.cron}`;
  const length = exactDuration((run.endedAt ?? now) - run.queuedAt);
  const after = isEnded(run) ? `after ${length}` : `for ${length}`;
  const head = `${oneLine(run.functionSlug)} ${statusText(run.status, paint)} ${after}`;
  return `${head}  ${paint("dim", `run ${run.id}, by ${oneLine(by)}, queued ${timeText(run.queuedAt)}`)}`;
}

function statusText(status: ApiRun["status"] | ApiStep["status"], paint: Paint): string {
  switch (status) {
    case "completed":
      return paint("green", status);
    case "failed":
      return paint("red", status);
    case "retrying":
      return paint("yellow", status);
    case "timedOut":
      return paint("yellow", "timed out");
    case "waiting":
    case "running":
      return paint("cyan", status);
    case "queued":
    case "cancelled":
    case "skipped":
      return paint("dim", status);
  }
}

interface Row {
  readonly cells: readonly string[];
  readonly status: ApiStep["status"];
  readonly notes: readonly string[];
}

const headers = ["step", "kind", "status", "attempts", "at", "took"] as const;
const sides = ["left", "left", "left", "right", "right", "right"] as const;

function tableOf(run: ApiRun, chosen: readonly ChosenStep[], settings: Settings): readonly string[] {
  if (stepsToShow(run).length === 0) return [isEnded(run) ? "(it had no steps)" : "(it has no steps yet)"];
  const { paint, axis } = settings;
  const rows = chosen.map((item) => (item.kind === "step" ? rowOf(run, item.step, settings) : item));
  const cells = [headers, ...rows.flatMap((row) => ("cells" in row ? [row.cells] : []))];
  const widths = headers.map((_, column) => Math.max(...cells.map((line) => displayWidth(line[column] ?? ""))));
  const lineOf = (line: readonly string[]): readonly string[] =>
    widths.map((width, column) => padded(line[column] ?? "", width, sides[column]));
  const scale = `0${padded(shortDuration(axis.endAt - axis.startAt), axis.width - 1, "right")}`;
  return [
    paint("dim", [...lineOf(headers), scale].join("  ")),
    ...rows.flatMap((row) => {
      if (!("cells" in row)) return [paint("dim", `… ${row.steps} more ${row.steps === 1 ? "step" : "steps"}`)];
      const line = lineOf(row.cells).map((cell, column) =>
        headers[column] === "status" ? cell.replace(row.cells[column] ?? "", statusText(row.status, paint)) : cell,
      );
      return [[...line, row.cells[headers.length] ?? ""].join("  "), ...row.notes.map((note) => `  ${note}`)];
    }),
  ];
}

function rowOf(run: ApiRun, step: ApiStep, settings: Settings): Row {
  const { axis, now } = settings;
  const isAhead = step.status === "queued";
  const took = (step.endedAt ?? now) - startOf(step);
  return {
    status: step.status,
    cells: [
      step.kind === "function" ? "(function)" : cutMiddle(oneLine(step.name), stepColumnMax),
      step.kind,
      step.status === "timedOut" ? "timed out" : step.status,
      step.attempts.length === 0 ? "" : String(step.attempts.length),
      shortDuration(startOf(step) - run.queuedAt),
      isAhead ? "" : shortDuration(took),
      barOf(step, axis),
    ],
    notes: [
      ...failureNotes(step, settings),
      ...run.doing.filter(({ stepId }) => stepId === step.id).map((doing) => oneLine(doingText(doing, now, step))),
      ...(step.status === "timedOut" ? [oneLine(timeoutNote(step))] : []),
    ],
  };
}

function failureNotes(step: ApiStep, { paint, textMax }: Settings): readonly string[] {
  const textOf = (lines: readonly string[]) => paint("red", shortLine(lines.join("; "), textMax));
  const failures = failuresOf(step);
  // A wait or an invocation fails without an attempt of its own.
  if (failures.length === 0) return step.error === null ? [] : [textOf(errorLines(step.error))];
  return failures.map(({ attempts, lines }) => `${attempts} of ${step.maxAttempts}: ${textOf(lines)}`);
}

function timeoutNote({ kind, detail }: ApiStep): string {
  const { event, signal } = detail;
  if (kind === "wait" && typeof event === "string") return `event "${event}" did not come`;
  if (kind === "signal" && typeof signal === "string") return `signal "${signal}" did not come`;
  return "it took too long";
}

function doingLine(doing: ApiDoing, { now }: Settings): string {
  const step = doing.stepName ?? doing.stepId;
  return oneLine(`${doingText(doing, now)}${step === null ? "" : ` (step "${step}")`}`);
}

function endLines(run: ApiRun, { paint, textMax }: Settings): readonly string[] {
  switch (run.status) {
    case "completed":
      return [`output: ${shortLine(JSON.stringify(run.output), textMax)}`];
    case "failed":
      return run.error === null
        ? []
        : errorLines(run.error).map((line, index) => {
            const text = paint("red", shortLine(line, textMax));
            return index === 0 ? `error: ${text}` : text;
          });
    case "cancelled":
    case "skipped":
      return run.summary === null ? [] : [oneLine(run.summary)];
    case "queued":
    case "running":
      return [];
  }
}
