// A run as a file: what the testing package writes of a run that a test failed on, and what the dashboard opens.
// The reader takes what any version of the writer made; what comes from a disk is checked like what comes from a network.
import { z } from "zod";
import { issueText } from "../issue-text.ts";
import { tryParseJson, type JsonValue } from "../json.ts";
import { stepsPerRunOverrideMax } from "../limits.ts";
import type { ApiError, ApiEvent, ApiNoAnswer, ApiRun, ApiRunStatus, ApiStep } from "./dashboard.ts";
import { doingKinds } from "./doing-kinds.ts";

/** The value of `format` in each saved run. */
export const savedRunFormat = "stepwright-run";
/** The version of what is written now. Fields that are added need no new one: readers ignore what they do not know. */
export const savedRunVersion = 1;
/** Bytes of a file that is opened: a run's state is at most half of it, and its texts are escaped. */
export const savedRunBytesMax = 64 * 1024 * 1024;

/** Events of one run; a batch has no more. */
const eventsMax = 5_000;
/** Attempts of one step: retries, and calls that were made again after a crash. */
const attemptsMax = 1_000;
/** Characters of a name or an id. */
const nameLengthMax = 4_096;

/** A run as a file. */
export interface SavedRun {
  readonly format: typeof savedRunFormat;
  readonly version: typeof savedRunVersion;
  /** What the run's clock showed when it was saved: an unfinished run is shown as it was then. */
  readonly savedAt: number;
  /** Name of the test that it was saved for. */
  readonly test: string | null;
  readonly run: ApiRun;
}

/** The outcome of reading a file. */
export type ParsedSavedRun =
  | { readonly kind: "saved"; readonly saved: SavedRun }
  /** A sentence that says what is wrong with the file. */
  | { readonly kind: "rejected"; readonly reason: string };

const at = z.int();
const count = z.int().nonnegative();
const name = z.string().max(nameLengthMax);
// It has come out of JSON, so that it can be nothing else; only that it is missing must be seen.
const json = z.custom<JsonValue>((value) => value !== undefined, "it is missing");
const jsonFields = z.record(z.string(), json);

const status = z.enum([
  "queued",
  "running",
  "completed",
  "failed",
  "cancelled",
  "skipped",
]) satisfies z.ZodType<ApiRunStatus>;

const noAnswer = z.enum([
  "http_unreachable",
  "request_duration_too_long",
  "output_too_large",
  "invalid_response",
  "not_sdk",
  "sig_verification_failed",
  "foreign_status",
]) satisfies z.ZodType<ApiNoAnswer>;

const error = z.object({
  name: z.string(),
  message: z.string(),
  stack: z.string().nullable(),
  cause: json,
  noAnswer: noAnswer.nullable(),
}) satisfies z.ZodType<ApiError>;

const waitsFor = z.object({
  text: z.string(),
  obstacle: z.string(),
  until: at.nullable(),
  holders: z.array(name).max(1_000),
});

const event = z.object({
  internalId: name,
  id: z.string(),
  name,
  data: json,
  user: json,
  ts: at,
  v: z.string().nullable(),
  receivedAt: at,
}) satisfies z.ZodType<ApiEvent>;

const attempt = z.object({
  attempt: count,
  status: z.enum(["completed", "failed"]),
  queuedAt: at,
  startedAt: at,
  endedAt: at,
  error: error.nullable(),
});

const step = z.object({
  id: name,
  name,
  kind: z.enum(["step", "sleep", "wait", "invoke", "signal", "gateway", "function"]),
  status: z.enum(["queued", "running", "waiting", "retrying", "completed", "failed", "timedOut", "cancelled"]),
  queuedAt: at,
  startedAt: at.nullable(),
  endedAt: at.nullable(),
  input: json,
  output: json,
  error: error.nullable(),
  attempts: z.array(attempt).max(attemptsMax),
  nextAttemptAt: at.nullable(),
  maxAttempts: count,
  detail: jsonFields,
}) satisfies z.ZodType<ApiStep>;

const doing = z.object({
  kind: z.enum(doingKinds),
  stepId: name.nullable(),
  stepName: name.nullable(),
  at: at.nullable(),
  attempt: count,
  event: z.string().nullable(),
  expression: z.string().nullable(),
  waitsFor: waitsFor.nullable(),
});

const run = z.object({
  id: name,
  status,
  functionSlug: name,
  functionName: name,
  appName: name,
  trigger: z.object({ eventName: name, eventId: name, cron: name.nullable() }),
  queuedAt: at,
  startedAt: at.nullable(),
  endedAt: at.nullable(),
  summary: z.string().nullable(),
  activity: z
    .object({
      kind: z.enum(["queued", "calling", "retrying", "sleeping", "waiting"]),
      until: at.nullable(),
      waitsFor: waitsFor.pick({ text: true, until: true }).nullable(),
    })
    .nullable(),
  output: json,
  error: error.nullable(),
  events: z.array(event).max(eventsMax),
  steps: z.array(step).max(stepsPerRunOverrideMax),
  doing: z.array(doing).max(stepsPerRunOverrideMax),
  invokedBy: z.object({ runId: name, stepId: name }).nullable(),
  originalRunId: name.nullable(),
  reruns: z.array(z.object({ runId: name, status, queuedAt: at })).max(1_000),
  functionVersion: count,
  metadata: z
    .array(
      z.object({
        stepId: name.nullable(),
        attempt: count.nullable(),
        spanId: name.nullable(),
        kind: name,
        values: jsonFields,
        updatedAt: at,
      }),
    )
    .max(stepsPerRunOverrideMax),
}) satisfies z.ZodType<ApiRun>;

const head = z.object({ format: z.literal(savedRunFormat), version: z.int().positive() });

/** What a file holds. */
export const savedRunSchema = z.object({
  format: z.literal(savedRunFormat),
  version: z.literal(savedRunVersion),
  savedAt: at,
  test: name.nullable(),
  run,
}) satisfies z.ZodType<SavedRun>;

/** Writes a run as the text of a file. The same run gives the same text. */
export function savedRunText(saved: Pick<SavedRun, "savedAt" | "test" | "run">): string {
  const { savedAt, test, run } = saved;
  const whole: SavedRun = { format: savedRunFormat, version: savedRunVersion, savedAt, test, run };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

/** Reads the text of a file. */
export function parseSavedRun(text: string): ParsedSavedRun {
  if (text.length > savedRunBytesMax) {
    return rejected(`the file is larger than ${savedRunBytesMax / 1024 / 1024} MiB, which no saved run is`);
  }
  const value = tryParseJson(text);
  if (value === undefined) return rejected("the file is not JSON, so it is no saved run");
  const began = head.safeParse(value);
  if (!began.success) {
    return rejected(`the file is JSON, but no saved run: those have "format": "${savedRunFormat}" and a version`);
  }
  if (began.data.version > savedRunVersion) {
    const versions = `version ${began.data.version} of the format, and this Stepwright knows version ${savedRunVersion}`;
    return rejected(`the run was saved by a newer Stepwright: it is in ${versions}; update Stepwright to open it`);
  }
  const parsed = savedRunSchema.safeParse(value);
  if (parsed.success) return { kind: "saved", saved: parsed.data };
  const [issue] = parsed.error.issues;
  return rejected(
    issue === undefined
      ? "the saved run is damaged"
      : `the saved run is damaged: ${pathText(issue.path)}: ${issueText(issue)}`,
  );
}

function rejected(reason: string): ParsedSavedRun {
  return { kind: "rejected", reason };
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
    .join("")
    .replace(/^\./, "");
}
