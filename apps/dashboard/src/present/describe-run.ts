// Says in a sentence why a run ended as it did, or what it is doing and what comes next.
// The sentence is data: parts that the page turns into links and counting figures, and that tests read as text.
import type { ApiDoing, ApiError, ApiRun, ApiStep, ApiWaitsFor } from "@stepwright/protocol";
import { formatCoarse, formatDuration, formatMoment } from "./duration.ts";
import { errorOfCause, errorText, noAnswerTexts } from "./error-text.ts";
import { failedStep } from "./failed-step.ts";
import { capitalized, linkedText, type LinkedPart } from "./linked-text.ts";
import { firstUserFrame } from "./stack.ts";
import { runLook, type StatusLook } from "./status.ts";

/** A piece of a sentence. */
export type BannerPart =
  | LinkedPart
  | { readonly kind: "step"; readonly stepId: string; readonly name: string }
  | { readonly kind: "event"; readonly name: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "moment"; readonly at: number }
  | { readonly kind: "left"; readonly at: number };

/** One sentence, with the error it speaks of. */
export interface BannerLine {
  readonly parts: readonly BannerPart[];
  readonly message: string | null;
  /** First frame of the user's own code. */
  readonly frame: string | null;
}

/** What stands above everything else on a run's page. */
export interface RunBanner {
  readonly look: StatusLook;
  /** At least one; an unfinished run has one for each thing it does or waits for. */
  readonly lines: readonly BannerLine[];
}

/** Describes a run. */
export function describeRun(run: ApiRun, now: number): RunBanner {
  return { look: runLook(run, now), lines: linesOf(run, now) };
}

/** Writes a sentence as plain text. */
export function bannerText(line: BannerLine, now: number): string {
  return line.parts.map((part) => partText(part, now)).join("");
}

/** Writes one piece as plain text. */
export function partText(part: BannerPart, now: number): string {
  switch (part.kind) {
    case "text":
    case "code":
      return part.text;
    case "step":
    case "event":
      return part.name;
    case "run":
      return part.runId;
    case "storedEvent":
      return part.eventId;
    case "moment":
      return formatMoment(part.at, now);
    case "left":
      return formatCoarse(part.at - now);
  }
}

function linesOf(run: ApiRun, now: number): readonly BannerLine[] {
  switch (run.status) {
    case "failed":
      return [failedLine(run)];
    case "cancelled":
      return [line(linkedText(`Cancelled after ${lifeText(run)}${reasonText(run)}`))];
    case "skipped":
      return [line(linkedText(`Skipped${reasonText(run)}`))];
    case "completed":
      return [plain(`Completed in ${lifeText(run)}${workText(run)}`)];
    case "queued":
    case "running":
      if (run.doing.length > 0) return run.doing.map((doing) => doingLine(run, doing, now));
      return [plain(run.status === "queued" ? "Queued: it has not been called yet" : "Running")];
  }
}

function failedLine(run: ApiRun): BannerLine {
  const step = failedStep(run);
  const error = run.error ?? step?.error ?? null;
  const parts: BannerPart[] =
    step === null
      ? [text("Failed")]
      : step.kind === "function"
        ? [text(ownFailureText(step)), text(attemptsText(step))]
        : [text("Failed in step "), stepPart(step), text(attemptsText(step))];
  const frame = frameOf(step?.error ?? null) ?? frameOf(error);
  return { parts, message: error === null ? run.summary : errorText(error), frame };
}

function doingLine(run: ApiRun, doing: ApiDoing, now: number): BannerLine {
  const step = run.steps.find((item) => item.id === doing.stepId) ?? null;
  const where = step?.kind === "function" ? [] : whereParts(doing);
  const attempt = attemptText(doing, step);
  if (doing.waitsFor !== null) return heldLine(doing, doing.waitsFor, now);
  switch (doing.kind) {
    case "queued":
      return line(
        doing.at !== null && doing.at > now
          ? [text("Queued"), ...where, text(", to be called in "), left(doing.at)]
          : [text("Queued"), ...where, text(": it is due and waits for its turn")],
      );
    case "calling":
      return line([text("Calling the app"), ...where, text(doing.attempt > 0 ? `, ${attempt}` : "")]);
    case "retrying":
      return {
        ...line([text("Retrying"), ...retriedParts(doing, step), text(`: ${attempt} `), ...dueParts(doing, now)]),
        ...lastErrorOf(step),
      };
    case "sleeping":
      return line([text("Sleeping"), ...where, ...untilParts(doing, now, "left")]);
    case "waitingForEvent":
      return line([
        text("Waiting"),
        ...where,
        text(" for event "),
        ...(doing.event === null ? [] : [{ kind: "event", name: doing.event } as const]),
        ...(doing.expression === null ? [] : [text(" where "), { kind: "code", text: doing.expression } as const]),
        ...untilParts(doing, now, "until it times out"),
      ]);
    case "waitingForSignal":
      return line([
        text("Waiting"),
        ...where,
        text(" for signal "),
        { kind: "code", text: doing.event ?? detailText(step, "signal") },
        ...untilParts(doing, now, "until it times out"),
      ]);
    case "waitingForRun":
      return line([
        text("Waiting"),
        ...where,
        text(" for "),
        ...childParts(step),
        ...untilParts(doing, now, "until it times out"),
      ]);
    case "other":
      return line([
        text("Busy"),
        ...where,
        ...(doing.at !== null && doing.at > now ? [text(", due in "), left(doing.at)] : []),
      ]);
  }
}

/** What holds a due call back, who holds what it waits for, and until when. */
function heldLine(doing: ApiDoing, { text: obstacle, until, holders }: ApiWaitsFor, now: number): BannerLine {
  const what = doing.kind === "retrying" ? "Next attempt" : "Queued";
  const where = whereParts(doing);
  const isNamed = doing.kind === "retrying" || where.length > 0;
  return line([
    ...(isNamed ? [text(what), ...where, text(`: ${obstacle}`)] : [text(capitalized(obstacle))]),
    ...holders.flatMap((runId, index) => [
      text(index === 0 ? ", held by run " : index < holders.length - 1 ? ", run " : " and run "),
      { kind: "run", runId } as const,
    ]),
    ...untilParts({ at: until }, now, "left"),
  ]);
}

function whereParts(doing: ApiDoing): readonly BannerPart[] {
  if (doing.stepId === null) return [];
  return [text(" in step "), { kind: "step", stepId: doing.stepId, name: doing.stepName ?? doing.stepId }];
}

/** The function's own row is not a step to the reader: either its code failed, or nobody answered the call. */
function ownFailureText(step: ApiStep): string {
  const reason = step.error?.noAnswer ?? null;
  return reason === null ? "Failed in the function's own code, outside its steps" : `Failed: ${noAnswerTexts[reason]}`;
}

function retriedParts(doing: ApiDoing, step: ApiStep | null): readonly BannerPart[] {
  if (step?.kind !== "function") return whereParts(doing);
  const reason = step.error?.noAnswer ?? null;
  return [text(reason === null ? " the function's own code, outside its steps" : `, as ${noAnswerTexts[reason]}`)];
}

/** Attempts count from 0 on the wire and from 1 for people. */
function attemptText(doing: ApiDoing, step: ApiStep | null): string {
  return step === null ? `attempt ${doing.attempt + 1}` : `attempt ${doing.attempt + 1} of ${step.maxAttempts}`;
}

function attemptsText(step: ApiStep): string {
  const made = step.attempts.length;
  if (made === 0) return "";
  const rest = made < step.maxAttempts ? ", which was not to be retried" : "";
  return `, attempt ${made} of ${step.maxAttempts}${rest}`;
}

function dueParts(doing: ApiDoing, now: number): readonly BannerPart[] {
  return doing.at === null || doing.at <= now ? [text("is due now")] : [text("in "), left(doing.at)];
}

function untilParts(doing: Pick<ApiDoing, "at">, now: number, word: string): readonly BannerPart[] {
  if (doing.at === null) return [];
  if (doing.at <= now) return [text(", due now")];
  return [text(" until "), { kind: "moment", at: doing.at }, text(", "), left(doing.at), text(` ${word}`)];
}

function childParts(step: ApiStep | null): readonly BannerPart[] {
  const runId = detailText(step, "childRunId");
  const functionId = detailText(step, "functionId");
  const name: BannerPart = functionId === "" ? text("the function it invoked") : { kind: "code", text: functionId };
  return runId === "" ? [name] : [name, text(", run "), { kind: "run", runId }];
}

function lastErrorOf(step: ApiStep | null): Pick<BannerLine, "message" | "frame"> {
  const error = step?.attempts.findLast((attempt) => attempt.error !== null)?.error ?? null;
  return error === null ? { message: null, frame: null } : { message: errorText(error), frame: frameOf(error) };
}

/** The first frame of the user's own code, in the error or in what caused it. */
function frameOf(error: ApiError | null): string | null {
  if (error === null) return null;
  return firstUserFrame(error.stack) ?? (error.cause === null ? null : frameOf(errorOfCause(error.cause)));
}

function detailText(step: ApiStep | null, name: string): string {
  const value = step?.detail[name];
  return typeof value === "string" ? value : "";
}

/** From its start, as wherever a duration is given; one that never began was only queued. */
function lifeText(run: ApiRun): string {
  const startAt = run.startedAt ?? run.queuedAt;
  return formatDuration((run.endedAt ?? startAt) - startAt);
}

/** The reason of a cancellation begins with the word that the sentence has said already. */
function reasonText(run: ApiRun): string {
  if (run.summary === null) return "";
  const rest = run.summary.replace(/^(?:cancelled|skipped)\b/i, "");
  return rest === run.summary ? `: ${rest}` : rest;
}

function workText(run: ApiRun): string {
  const steps = run.steps.filter((step) => step.kind !== "function");
  if (steps.length === 0) return ", without steps";
  const retries = run.steps.reduce((sum, step) => sum + Math.max(0, step.attempts.length - 1), 0);
  const stepsText = steps.length === 1 ? "1 step" : `${steps.length} steps`;
  return `, ${stepsText}${retries === 0 ? "" : `, ${retries === 1 ? "1 retry" : `${retries} retries`}`}`;
}

function stepPart(step: ApiStep): BannerPart {
  return { kind: "step", stepId: step.id, name: step.name };
}

function text(value: string): BannerPart {
  return { kind: "text", text: value };
}

function left(at: number): BannerPart {
  return { kind: "left", at };
}

function line(parts: readonly BannerPart[]): BannerLine {
  return { parts, message: null, frame: null };
}

function plain(value: string): BannerLine {
  return line([text(value)]);
}
