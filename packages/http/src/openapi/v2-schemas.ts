// The JSON of REST v2 as schemas. What is empty is left out of its answers, so that nearly every field is optional.
import { z } from "zod";
import { jsonObject, time } from "./shapes.ts";

const metadata = z.strictObject({
  fetchedAt: time,
  timeRange: z.strictObject({ from: time, until: time }).optional(),
});
const page = z.strictObject({
  cursor: z.string().optional(),
  hasMore: z.literal(true).optional(),
  limit: z.int().optional(),
});
/** One thing in the envelope. */
export const one = <Data extends z.ZodType>(data: Data) => z.strictObject({ data, metadata });
/** A page of things; an empty one has no data. */
export const many = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ data: z.array(item).min(1).optional(), metadata, page });

const times = {
  queuedAt: time,
  startedAt: time.optional(),
  endedAt: time.optional(),
  durationMs: z.string().regex(/^\d+$/).optional(),
};

/** An app. */
export const app = z.strictObject({
  id: z.string(),
  name: z.string(),
  method: z.enum(["SERVE", "CONNECT", "API"]),
  createdAt: time,
  appVersion: z.string().optional(),
  functionCount: z.int().optional(),
  latestSync: z.strictObject({
    appVersion: z.string().optional(),
    error: z.string().optional(),
    framework: z.string().optional(),
    sdkLanguage: z.string().optional(),
    sdkVersion: z.string().optional(),
    url: z.string(),
  }),
});

const pace = z.strictObject({
  key: z.string().optional(),
  limit: z.int(),
  period: z.string(),
  burst: z.int().optional(),
});

/** A function with its configuration. */
export const fn = z.strictObject({
  app: z.strictObject({ id: z.string() }),
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  triggers: z
    .array(z.strictObject({ if: z.string().optional(), type: z.enum(["EVENT", "CRON"]), value: z.string() }))
    .optional(),
  configuration: z.strictObject({
    cancellations: z
      .array(z.strictObject({ condition: z.string().optional(), event: z.string(), timeout: z.string().optional() }))
      .optional(),
    concurrency: z.array(
      z.strictObject({
        key: z.string().optional(),
        limit: z.strictObject({ isPlanLimit: z.boolean(), value: z.int() }),
        scope: z.enum(["FUNCTION", "ENVIRONMENT", "ACCOUNT"]),
      }),
    ),
    debounce: z.strictObject({ key: z.string().optional(), period: z.string() }).optional(),
    eventsBatch: z.strictObject({ key: z.string().optional(), maxSize: z.int(), timeout: z.string() }).optional(),
    priority: z.string().optional(),
    rateLimit: pace.optional(),
    retries: z.strictObject({ isDefault: z.boolean(), value: z.int() }),
    singleton: z.strictObject({ key: z.string().optional(), mode: z.enum(["SKIP", "CANCEL"]) }).optional(),
    throttle: pace.optional(),
  }),
});

/** A run. */
export const run = z.strictObject({
  app: z.strictObject({ id: z.string().optional() }),
  function: z.strictObject({ id: z.string(), name: z.string() }),
  id: z.string(),
  ...times,
  output: jsonObject.optional(),
  status: z.enum(["QUEUED", "RUNNING", "COMPLETED", "FAILED", "CANCELLED", "SKIPPED"]),
  trigger: z.strictObject({
    batchId: z.string().optional(),
    cronSchedule: z.string().optional(),
    eventIds: z.array(z.string()).optional(),
    isBatch: z.literal(true).optional(),
  }),
});

const spanShape = {
  id: z.string(),
  name: z.string(),
  ...times,
  status: z.enum(["COMPLETED", "FAILED", "RUNNING", "WAITING", "CANCELLED", "SKIPPED"]),
};
const metadataList = z.array(
  z.strictObject({
    kind: z.string(),
    scope: z.enum(["run", "step", "step_attempt", "extended_trace"]),
    updatedAt: time,
    values: z.record(z.string(), z.string()),
  }),
);
// A run has steps, and a step that was tried more than once has attempts.
const stepSpan = z.strictObject({
  ...spanShape,
  stepId: z.string().optional(),
  stepOp: z.enum(["RUN", "SLEEP", "WAIT_FOR_EVENT", "INVOKE", "AI_GATEWAY", "WAIT_FOR_SIGNAL"]).optional(),
  input: jsonObject.optional(),
  output: jsonObject.optional(),
  metadata: metadataList.optional(),
  children: z.array(z.strictObject(spanShape)).optional(),
});
/** A run as a tree of spans. */
export const rootSpan = z.strictObject({
  ...spanShape,
  input: jsonObject.optional(),
  output: jsonObject.optional(),
  metadata: metadataList.optional(),
  children: z.array(stepSpan).optional(),
});

/** A key of the server. */
export const key = z.strictObject({ createdAt: time, environment: z.string(), key: z.string() });
/** The id of a run. */
export const runId = one(z.strictObject({ runId: z.string() }));
/** The server answers. */
export const health = one(z.strictObject({ status: z.literal("ok") }));
