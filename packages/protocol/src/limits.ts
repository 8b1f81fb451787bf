// Every limit the protocol knows, with what it protects.

const kib = 1024;
const mib = 1024 * kib;
const secondMs = 1000;
const hourMs = 3600 * secondMs;
const dayMs = 24 * hourMs;

/** Bytes of a call's body. Above it the SDK fetches the state itself (`use_api`). */
export const callBodyBytesMax = 4 * mib;
/** Bytes of an app's answer; more is an attempt error `output_too_large`. */
export const responseBodyBytesMax = 8 * mib;
/** Bytes of one step's output. */
export const stepOutputBytesMax = 4 * mib;
/** Bytes of one step's input, e.g. an invoked function's payload. */
export const stepInputBytesMax = 4 * mib;
/** Bytes of a run's events and step outputs together. */
export const runStateBytesMax = 32 * mib;
/** Steps of one run; a function may raise it up to `stepsPerRunOverrideMax`. */
export const stepsPerRunMax = 1000;
/** Bytes of the values of one entry of metadata. */
export const metadataBytesMax = 64 * kib;
/** Bytes of all metadata of a run. */
export const runMetadataBytesMax = mib;
/** Spans of its own that an app may have exported for one run: a trace with more is no help to anybody. */
export const appSpansMax = 1000;
/** Bytes of one of them, attributes included. */
export const appSpanBytesMax = 16 * kib;
/** Bytes of all of them of a run. */
export const runAppSpansBytesMax = 2 * mib;
/** The highest step limit that may be set for a function. */
export const stepsPerRunOverrideMax = 10_000;
/** Ops in one answer: as many as a run may have steps. */
export const opsPerResponseMax = 1000;

/** Redirects followed on one call. */
export const redirectsMax = 60;
/** How long one call may take. */
export const callTimeoutMs = 2 * hourMs;
/** How long an app may take to answer a sync. */
export const syncTimeoutMs = 10 * secondMs;
/** Bytes of a non-SDK answer kept in an error's stack, enough to recognise a proxy's error page. */
export const foreignBodyBytesMax = 8 * kib;

/** Retries a function may ask for; more is clamped. */
export const retriesMax = 20;
/** Retries of a function that does not say. */
export const retriesDefault = 4;
/** The soonest retry an app may ask for. */
export const retryAfterMinMs = secondMs;
/** The latest retry an app may ask for. */
export const retryAfterMaxMs = 24 * hourMs;

/** The longest sleep and the longest wait. */
export const sleepMaxMs = 366 * dayMs;
/** How long an invoke, a signal wait and a `cancelOn` last when they do not say. */
export const pauseDefaultMs = 365 * dayMs;

/** The limits of one run that a server may set otherwise. */
export interface RunLimits {
  readonly stepOutputBytesMax: number;
  readonly runStateBytesMax: number;
  readonly stepsPerRunMax: number;
  /** Bytes of an app's answer. */
  readonly responseBytesMax: number;
  /** Bytes of a call's body with its state in it. */
  readonly callBodyBytesMax: number;
  /** The longest sleep and the longest wait. */
  readonly sleepMaxMs: number;
}

/** What they are when nobody says. */
export const defaultRunLimits: RunLimits = {
  stepOutputBytesMax,
  runStateBytesMax,
  stepsPerRunMax,
  responseBytesMax: responseBodyBytesMax,
  callBodyBytesMax,
  sleepMaxMs,
};

/** What a request to the event API may hold. */
export interface EventLimits {
  readonly eventsMax: number;
  readonly eventBytesMax: number;
  readonly nameBytesMax: number;
}

/** What it may hold when nobody says. */
export const defaultEventLimits: EventLimits = { eventsMax: 5000, eventBytesMax: 3 * mib, nameBytesMax: 512 };

/** How long event ids and idempotency keys are remembered. */
export const idempotencyMs = 24 * hourMs;

/** Characters of a trigger's event name. */
export const triggerNameLengthMax = 255;
/** Characters of a cron expression, time zone prefix included. */
export const cronLengthMax = 255;
/** Triggers of one function. */
export const triggersMax = 10;
/** `cancelOn` entries of one function. */
export const cancelsMax = 5;
/** Concurrency limits of one function. Published SDKs type two; more cost nothing, since a call waits at one gate at a time. */
export const concurrencyLimitsMax = 10;
/** Shortest and longest jitter of a cron trigger. */
export const cronJitterMs = { min: secondMs, max: 300 * secondMs } as const;
/** Shortest and longest debounce period. */
export const debouncePeriodMs = { min: secondMs, max: 7 * dayMs } as const;
/** Longest rate-limit period. */
export const rateLimitPeriodMaxMs = 24 * hourMs;
/** Shortest throttle period. */
export const throttlePeriodMinMs = secondMs;
/** Smallest batch that is one. */
export const batchSizeMin = 2;
/** Shortest batch timeout. */
export const batchTimeoutMinMs = secondMs;
/** Bytes of stored events at which a batch starts without waiting. */
export const batchBytesMax = 10 * mib;
/** How far a priority may move a run, in seconds either way. */
export const priorityMaxSeconds = 12 * 3600;

/** Deferred functions of one run. */
export const defersPerRunMax = 20;
/** Bytes of one deferred input and of all of a run. */
export const deferInputBytesMax = 4 * mib;
/** Bytes of a checkpoint's body. */
export const checkpointBodyBytesMax = 8 * mib;
/** Bytes of one realtime message. */
export const realtimeMessageBytesMax = 512 * kib;
/** Bytes of one metadata entry. */
export const metadataEntryBytesMax = 64 * kib;
/** Bytes of all metadata of a run. */
export const metadataRunBytesMax = mib;
/** Age at which a signature is refused, in either direction. */
export const signatureToleranceSeconds = 300;
