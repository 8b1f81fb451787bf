// What the published SDKs can do with the server, each with the test that proves it. docs/compatibility.md is written from this list.

/** A test: its file below `packages/e2e/test`, and its title. */
export type Proof = readonly [file: string, title: string];

/** One row of the page. A text instead of a test says why there is none. */
export interface Feature {
  readonly name: string;
  readonly v3: Proof | string;
  readonly v4: Proof | string;
  readonly python: Proof | string;
  readonly go: Proof | string;
}

const functions = "other-languages/functions.test.ts";
const go = "other-languages/go.test.ts";
const around = "other-languages/around.test.ts";

function row(name: string, javascript: Proof | string, others: Proof | string, more: Partial<Feature> = {}): Feature {
  return { name, v3: javascript, v4: javascript, python: others, go: others, ...more };
}

const notInSdk = "not in the SDK";

/** All rows. */
export const features: readonly Feature[] = [
  row(
    "functions without steps",
    ["sdk/steps.test.ts", "a function without steps completes with its result"],
    [functions, "a function without steps completes with its result"],
  ),
  row(
    "steps",
    ["sdk/steps.test.ts", "each step runs once and the next one gets its result"],
    [functions, "each step runs once and the next one gets its result"],
  ),
  row(
    "no result",
    ["sdk/steps.test.ts", "undefined and null results count as results, and a function may return nothing"],
    [functions, "no result is a result"],
  ),
  row(
    "any text as data",
    ["sdk/steps.test.ts", "text survives as it is: unicode, long, and JSON inside of text"],
    [functions, "text survives as it is: unicode, long, and JSON inside of text"],
  ),
  row(
    "any text as a step's id",
    ["sdk/steps.test.ts", "any text is a step's id"],
    [functions, "any text is a step's id"],
  ),
  row(
    "repeated ids",
    ["sdk/steps.test.ts", "steps of the same id in a loop are different steps"],
    [functions, "steps of the same id in a loop are different steps"],
  ),
  row(
    "parallel steps",
    ["sdk/parallel.test.ts", "Promise.all runs every step once, at the same time, and ends once"],
    [functions, "parallel steps run once each, a chain among them, and the function goes on once"],
  ),
  row(
    "both parallel modes",
    ["sdk/parallel.test.ts", "the other way of planning parallel steps works as well"],
    notInSdk,
  ),
  row("races", ["sdk/parallel.test.ts", "the winner of Promise.race is the same at every replay"], notInSdk),
  row("race mode", notInSdk, [functions, "race mode lets a branch go on while the other still waits"], {
    v4: ["sdk/parallel.test.ts", "race mode (SDK v4) lets a branch go on while the other is still at work"],
  }),
  row(
    "sleep",
    ["sdk/sleep.test.ts", "step.sleep waits for its duration"],
    [functions, "a run sleeps for a time and until a time"],
  ),
  row(
    "sleep until",
    ["sdk/sleep.test.ts", "step.sleepUntil wakes at its time, given as a date or as text"],
    [functions, "a run sleeps for a time and until a time"],
  ),
  row(
    "wait for an event",
    ["sdk/wait-for-event.test.ts", "only the event that fulfils the condition wakes the run, with all of it"],
    [functions, "a run waits for the event that its condition means"],
  ),
  row(
    "wait until it is too late",
    ["sdk/wait-for-event.test.ts", "without an event the run goes on with null when the time is over"],
    [functions, "a wait that nobody ends is over when its time is"],
  ),
  row(
    "invoke",
    ["sdk/invoke.test.ts", "the result of the invoked function is the result of the step"],
    [functions, "a function invokes another and gets its result, or its error"],
  ),
  row(
    "send events from a step",
    ["sdk/send-event.test.ts", "step.sendEvent sends once and gives the ids"],
    [functions, "events sent by a step are sent once, those sent by code are known by their id"],
  ),
  row(
    "send events from outside",
    ["sdk/send-event.test.ts", "send from outside is acknowledged with the ids that events are found by"],
    [functions, "events sent from outside of a function are acknowledged with the ids they are found by"],
  ),
  row(
    "retries of a function",
    ["sdk/retries.test.ts", "a failing function is tried again and told the attempt"],
    [functions, "a failing function is tried again and told the attempt"],
  ),
  row(
    "retries of a step",
    ["sdk/retries.test.ts", "a failing step is tried again alone, and every step has retries of its own"],
    [functions, "every step has retries of its own"],
  ),
  row(
    "caught and uncaught errors of steps",
    ["sdk/retries.test.ts", "a step that used up its retries fails the run, or is caught and the run goes on"],
    [functions, "a step that used up its retries fails the run, or is caught and the run goes on"],
  ),
  row(
    "errors that are final",
    ["sdk/retries.test.ts", "NonRetriableError ends a function, or a step, at the first attempt"],
    [functions, "an error that is final ends a function, or a step, at the first attempt"],
  ),
  row(
    "errors that say when to try again",
    ["sdk/retries.test.ts", "RetryAfterError decides when to try again, in a function and in a step"],
    [functions, "an error decides when to try again"],
  ),
  row(
    "failure handlers",
    ["sdk/failure-handlers.test.ts", "onFailure gets the error and the original event, once, after the last attempt"],
    [functions, "a failure is reported once, with the error and the original event"],
  ),
  row(
    "schedules",
    ["sdk/cron.test.ts", "a run starts with every minute, once, on either major"],
    [around, "a run starts with the minute, in either language"],
  ),
  row(
    "cancellation by an event",
    ["sdk/cancel.test.ts", "cancelOn ends the runs that its condition means and no others"],
    [functions, "an event cancels the run that its condition means and no other"],
  ),
  row(
    "batches",
    ["sdk/batch.test.ts", "as many events as fit make one run, and fewer when the time is over"],
    [functions, "three events make one batch"],
  ),
  row(
    "middleware that encrypts",
    ["sdk/middleware.test.ts", "what a middleware encrypts is stored as it came and comes back as it was"],
    [functions, "what a middleware encrypts is stored as it came and comes back as it was"],
  ),
  row(
    "large state",
    ["sdk/large-state.test.ts", "state of more than 4 MiB is fetched by the SDK instead of sent with the call"],
    [functions, "state of more than 4 MiB reaches the function whole, and no step runs again"],
  ),
  row(
    "signals",
    ["sdk/signals.test.ts", "a signal wakes the run that waits for it, with its data"],
    [go, "a signal wakes the run that waits for it, with its data"],
    { python: notInSdk },
  ),
  row(
    "fetch by the server",
    ["sdk/gateway.test.ts", "step.fetch sends what it is told and gives the whole answer, whatever its status"],
    [go, "the server fetches in the function's place"],
    { python: notInSdk },
  ),
  row(
    "AI inference by the server",
    ["sdk/gateway.test.ts", "step.ai.infer calls the provider with the key and gives its answer"],
    [functions, "the server asks a provider of AI in the function's place"],
  ),
  row("AI wrapped by the app", ["sdk/gateway.test.ts", "step.ai.wrap is a step of the app's own"], notInSdk),
  row(
    "checkpointing",
    ["sdk/checkpoint.test.ts", "a step is stored before the next one has run, in one call"],
    [go, "every step is stored by a request of its own, while the one call goes on"],
    { python: notInSdk },
  ),
  row(
    "checkpoints that are refused",
    ["sdk/checkpoint.test.ts", "when checkpoints are not to be had, steps come with the answer"],
    [go, "checkpoints answered with %i lose no step"],
    {
      python: notInSdk,
    },
  ),
  row(
    "the longest runtime of a call",
    [
      "sdk/checkpoint.test.ts",
      "a call that reaches its longest runtime hands the next step back, and every step runs once",
    ],
    [go, "a call that reaches its longest runtime is followed by another, and every step runs once"],
    {
      python: notInSdk,
    },
  ),
  row(
    "streaming",
    ["sdk/streaming.test.ts", "steps, waits and the result arrive through the stream"],
    [functions, "each step runs once and the next one gets its result"],
  ),
  row(
    "deploys that change steps",
    ["sdk/deploys.test.ts", "a run goes on with the steps of a new deploy: what is stored stays, what is new runs"],
    [around, "a run goes on with the steps of a new deploy: what is stored stays, what is new runs"],
  ),
  row(
    "an app that is killed",
    ["durability/restart.test.ts", "a call whose app was killed is retried when the app is back"],
    [around, "a program that is killed in the middle of a run goes on when it is back, without its finished steps"],
    {
      v4: [
        "durability/restart-v4.test.ts",
        "the app is killed in the middle of a step: that step is tried again, the one before is not",
      ],
    },
  ),
  row(
    "signed requests",
    ["sdk/signing.test.ts", "an app with the same key is synced, called and may checkpoint"],
    [around, "with the same key it is synced, called and may send"],
  ),
  row(
    "another key is refused",
    ["sdk/signing.test.ts", "an app with another key refuses the server, and the page says what to do"],
    [around, "with another key it refuses the server"],
  ),
  row(
    "a change of keys",
    [
      "sdk/key-rotation.test.ts",
      "a server that has the new key, and the old one to fall back on, works with apps of either",
    ],
    [around, "with a new key, and the old one to fall back on, it works with a server that has the old one"],
  ),
  row(
    "out-of-band sync",
    ["sdk/sync.test.ts", "what the app says about itself is shown"],
    [functions, "the program registers all its functions"],
  ),
  row(
    "in-band sync",
    [
      "sdk/in-band-sync.test.ts",
      "an app that cannot reach the server registers in its answer, and its functions are called",
    ],
    [around, "it registers in its answer when it is asked to"],
  ),
  row(
    "introspection",
    ["sdk/signing.test.ts", "the address of an app tells what the app is only to a server with its key"],
    [around, "its address tells what it is only to a server with its key"],
  ),
  row(
    "configurations that cannot work",
    ["bad-input/functions.test.ts", "%s that cannot work is shown on the app, whose functions stay as they were"],
    "not tested",
  ),
  row(
    "the recorded exchanges with the reference",
    ["contract/captures.test.ts", "the server asks what the reference asked and comes to the same end"],
    "not recorded",
  ),
];
