// The JSON of the server's own API as schemas. They are checked against the types that the dashboard is built with.
import { doingKinds } from "@stepwright/protocol";
import type {
  ApiApp,
  ApiCancellation,
  ApiCancellationPreview,
  ApiEvent,
  ApiEventDetail,
  ApiEventRow,
  ApiFunction,
  ApiFunctionQueue,
  ApiInfo,
  ApiRetention,
  ApiRetried,
  ApiRun,
  ApiRunRow,
  ApiSearchGaps,
  ApiSent,
  ApiSetAside,
  ApiSweep,
} from "@stepwright/protocol";
import { z } from "zod";
import { jsonObject } from "./shapes.ts";

const at = z.int();
const status = z.enum(["queued", "running", "completed", "failed", "cancelled", "skipped"]);
const count = z.int();

const waitsFor = z.strictObject({
  text: z.string(),
  obstacle: z.string(),
  until: at.nullable(),
  holders: z.array(z.string()),
});
const activity = z.strictObject({
  kind: z.enum(["queued", "calling", "retrying", "sleeping", "waiting"]),
  until: at.nullable(),
  waitsFor: waitsFor.pick({ text: true, until: true }).nullable(),
});
const error = z.strictObject({
  name: z.string(),
  message: z.string(),
  stack: z.string().nullable(),
  cause: z.json().nullable(),
  noAnswer: z.string().nullable(),
});

const runRowShape = {
  id: z.string(),
  status,
  functionSlug: z.string(),
  functionName: z.string(),
  appName: z.string(),
  trigger: z.strictObject({ eventName: z.string(), eventId: z.string(), cron: z.string().nullable() }),
  queuedAt: at,
  startedAt: at.nullable(),
  endedAt: at.nullable(),
  summary: z.string().nullable(),
  activity: activity.nullable(),
};
/** A row of a list of runs. */
export const runRow = z.strictObject(runRowShape) satisfies z.ZodType<ApiRunRow>;

const eventHead = {
  internalId: z.string(),
  id: z.string(),
  name: z.string(),
  ts: at,
  v: z.string().nullable(),
  receivedAt: at,
};
const eventShape = { ...eventHead, data: z.json(), user: z.json() };
const event = z.strictObject(eventShape) satisfies z.ZodType<ApiEvent>;

const attempt = z.strictObject({
  attempt: count,
  status: z.enum(["completed", "failed"]),
  queuedAt: at,
  startedAt: at,
  endedAt: at,
  error: error.nullable(),
});
const step = z.strictObject({
  id: z.string(),
  name: z.string(),
  kind: z.enum(["step", "sleep", "wait", "invoke", "signal", "gateway", "function"]),
  status: z.enum(["queued", "running", "waiting", "retrying", "completed", "failed", "timedOut", "cancelled"]),
  queuedAt: at,
  startedAt: at.nullable(),
  endedAt: at.nullable(),
  input: z.json().nullable(),
  output: z.json().nullable(),
  error: error.nullable(),
  attempts: z.array(attempt),
  nextAttemptAt: at.nullable(),
  maxAttempts: count,
  detail: jsonObject,
});
const doing = z.strictObject({
  kind: z.enum(doingKinds),
  stepId: z.string().nullable(),
  stepName: z.string().nullable(),
  at: at.nullable(),
  attempt: count,
  event: z.string().nullable(),
  expression: z.string().nullable(),
  waitsFor: waitsFor.nullable(),
});

/** A run in full. The reasons of `noAnswer` are open here: a client must live with one that it does not know. */
export const run = z.strictObject({
  ...runRowShape,
  output: z.json().nullable(),
  error: error.nullable(),
  events: z.array(event),
  steps: z.array(step),
  doing: z.array(doing),
  invokedBy: z.strictObject({ runId: z.string(), stepId: z.string() }).nullable(),
  originalRunId: z.string().nullable(),
  reruns: z.array(z.strictObject({ runId: z.string(), status, queuedAt: at })),
  functionVersion: count,
  metadata: z.array(
    z.strictObject({
      stepId: z.string().nullable(),
      attempt: count.nullable(),
      spanId: z.string().nullable(),
      kind: z.string(),
      values: jsonObject,
      updatedAt: at,
    }),
  ),
}) satisfies z.ZodType<Loose<ApiRun>>;

const eventRuns = z.array(z.strictObject({ runId: z.string(), functionSlug: z.string(), status }));
/** A row of a list of events. */
export const eventRow = z.strictObject({ ...eventHead, runs: eventRuns }) satisfies z.ZodType<ApiEventRow>;
/** An event in full. */
export const eventDetail = z.strictObject({
  ...eventShape,
  runs: eventRuns,
  matches: z.array(
    z.strictObject({
      runId: z.string(),
      functionSlug: z.string(),
      status,
      stepId: z.string().nullable(),
      stepName: z.string().nullable(),
    }),
  ),
  fates: z.array(
    z.strictObject({
      functionSlug: z.string(),
      kind: z.enum(["debouncing", "batching", "notStarted"]),
      text: z.string(),
      until: at.nullable(),
    }),
  ),
}) satisfies z.ZodType<ApiEventDetail>;

/** A function. */
export const fn = z.strictObject({
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  appId: z.string(),
  appName: z.string(),
  version: count,
  pausedAt: at.nullable(),
  pausedBy: z.array(z.enum(["function", "app"])),
  retries: count,
  triggers: z.array(
    z.strictObject({
      kind: z.enum(["event", "cron"]),
      event: z.string().nullable(),
      expression: z.string().nullable(),
      cron: z.string().nullable(),
      timeZone: z.string().nullable(),
      nextAt: at.nullable(),
    }),
  ),
  config: z.json(),
}) satisfies z.ZodType<ApiFunction>;

/** The calls of a function that have not ended. */
export const queue = z.strictObject({
  pausedAt: at.nullable(),
  inFlight: count,
  waiting: count,
  future: count,
  debounced: count,
  batched: count,
  lines: z.array(z.strictObject({ keys: z.array(z.string()), waitsFor, count })),
}) satisfies z.ZodType<ApiFunctionQueue>;

/** An app. */
export const app = z.strictObject({
  id: z.string(),
  name: z.string(),
  url: z.string(),
  status: z.enum(["synced", "failed", "pending"]),
  sdk: z.string().nullable(),
  framework: z.string().nullable(),
  appVersion: z.string().nullable(),
  env: z.string().nullable(),
  problem: z
    .strictObject({
      code: z.string(),
      message: z.string(),
      httpStatus: count.nullable(),
      bodyExcerpt: z.string().nullable(),
    })
    .nullable(),
  syncedAt: at.nullable(),
  triedAt: at.nullable(),
  pausedAt: at.nullable(),
  functionCount: count,
}) satisfies z.ZodType<ApiApp>;

/** A bulk cancellation. */
export const cancellation = z.strictObject({
  id: z.string(),
  functionSlug: z.string().nullable(),
  from: at.nullable(),
  to: at,
  if: z.string().nullable(),
  createdAt: at,
  endedAt: at.nullable(),
  cancelled: count,
}) satisfies z.ZodType<ApiCancellation>;

/** What a bulk cancellation would hit. */
export const cancellationPreview = z.strictObject({
  runs: count,
  looked: count,
  isMore: z.boolean(),
}) satisfies z.ZodType<ApiCancellationPreview>;

/** What the server says about itself. */
export const info = z.strictObject({
  version: z.string(),
  mode: z.enum(["dev", "start"]),
  startedAt: at,
  dataDir: z.string().nullable(),
  isDiscovering: z.boolean(),
  virtualNow: z.number().nullable(),
  needsLogin: z.boolean(),
  queue: z.strictObject({ due: count, future: count, setAside: count }),
  runs: z.strictObject({
    queued: count,
    running: count,
    completed: count,
    failed: count,
    cancelled: count,
    skipped: count,
  }),
}) satisfies z.ZodType<ApiInfo>;

const removed = z.strictObject({ runs: count, steps: count, spans: count, events: count, keys: count });
const kept = z.int().nullable();
/** How long what is over is kept. */
export const retention = z.strictObject({
  keeps: z.strictObject({ completed: kept, failed: kept, cancelled: kept, skipped: kept, events: kept }),
  isSweeping: z.boolean(),
  nextSweepAt: at.nullable(),
  lastSweep: z.strictObject({ startedAt: at, endedAt: at, removed }).nullable(),
  removed,
  bytes: count,
  freeBytes: count,
}) satisfies z.ZodType<ApiRetention>;

/** Whether a sweep is going on. */
export const sweep = z.strictObject({ isSweeping: z.boolean() }) satisfies z.ZodType<ApiSweep>;

/** What a search has not looked at. */
export const searchGaps = z.strictObject({
  notIndexed: count,
  tooShort: z.string().nullable(),
}) satisfies z.ZodType<ApiSearchGaps>;

/** What came of trying items again. */
export const retried = z.strictObject({
  retried: count,
  refused: z.array(z.strictObject({ id: z.string(), code: z.string(), error: z.string() })),
  nextCursor: z.string().nullable(),
}) satisfies z.ZodType<ApiRetried>;

/** What could not be processed. */
export const setAside = z.strictObject({
  id: z.string(),
  kind: z.string(),
  runId: z.string().nullable(),
  reason: z.string(),
  at,
}) satisfies z.ZodType<ApiSetAside>;

/** Ids of what was sent. */
export const sent = z.strictObject({ ids: z.array(z.string()) }) satisfies z.ZodType<ApiSent>;

/** A type with texts in place of what is one of several. */
type Loose<T> = T extends string
  ? string
  : T extends readonly (infer Item)[]
    ? readonly Loose<Item>[]
    : T extends object
      ? { readonly [Key in keyof T]: Loose<T[Key]> }
      : T;
