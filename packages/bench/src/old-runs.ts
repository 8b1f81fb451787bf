// A database full of runs that ended long ago: made by the store itself, so that it is what a server leaves behind.
import { type Effect, initialProgress, type Run, type Span } from "@stepwright/engine";
import {
  asAppId,
  asEventId,
  asFunctionId,
  asJsonText,
  asRunId,
  asStepId,
  type Millis,
  millis,
  ulidOf,
} from "@stepwright/protocol";
import { openSqliteStorage } from "@stepwright/storage-sqlite";

const stepsPerRun = 3;
const runsPerCommit = 64;
const none = asJsonText("{}");

/** Fills a database with runs of three steps; the oldest was made at `from`, the others follow a second apart. */
export async function fillOldRuns(o: {
  readonly file: string;
  readonly runs: number;
  readonly from: Millis;
}): Promise<void> {
  const storage = openSqliteStorage({ file: o.file, synchronous: "normal", now: o.from });
  for (let first = 0; first < o.runs; first += runsPerCommit) {
    const numbers = Array.from({ length: Math.min(runsPerCommit, o.runs - first) }, (_, index) => first + index);
    const transitions = numbers.map((number) => ({ guards: [], effects: oldRun(number, o.from) }));
    const { outcomes } = await storage.commit({ transitions, now: o.from, lease: [] });
    const failed = outcomes.find((outcome) => outcome.kind === "failed");
    if (failed !== undefined) throw failed.error;
  }
  await storage.close();
}

function oldRun(number: number, from: Millis): readonly Effect[] {
  const at = millis(from + number * 1_000);
  const entropy = new Uint8Array(10);
  new DataView(entropy.buffer).setUint32(6, number);
  const id = asRunId(ulidOf(at, entropy));
  const event = {
    id: `old-${number}`,
    user: none,
    ts: at,
    v: null,
    meta: null,
    receivedAt: at,
    internalId: asEventId(id),
  };
  const run: Run = {
    id,
    functionId: asFunctionId("22222222-2222-5222-8222-222222222222"),
    appId: asAppId("11111111-1111-5111-8111-111111111111"),
    functionSlug: "shop-old",
    functionVersion: 1,
    status: "completed",
    triggerName: "shop/order.placed",
    triggerEventId: event.internalId,
    cron: null,
    batchId: null,
    originalRunId: null,
    invokedBy: null,
    queuedAt: at,
    startedAt: at,
    endedAt: at,
    output: asJsonText('{"ok":true}'),
    error: null,
    version: 5,
    flow: null,
    progress: initialProgress,
  };
  const data = asJsonText(JSON.stringify({ number, text: "x".repeat(400) }));
  return [
    { kind: "putEvent", event: { ...event, name: run.triggerName, data, lifecycleOf: null } },
    {
      kind: "createRun",
      run,
      events: [{ kind: "inTransition", index: 0 }],
      idempotencyKey: `old-${number}`,
      keyExpiresAt: millis(at + 86_400_000),
    },
    ...Array.from({ length: stepsPerRun }, (_, position) => oldStep(run, position, data)).flat(),
    { kind: "putSpan", span: spanOf(run, "fn") },
    {
      kind: "putEvent",
      event: {
        ...event,
        internalId: asEventId(ulidOf(at, new Uint8Array(10).fill(1))),
        name: "inngest/function.finished",
        data: null,
        lifecycleOf: id,
      },
    },
  ];
}

function oldStep(run: Run, position: number, memo: Run["output"] & string): readonly Effect[] {
  const id = asStepId(String(position).padStart(40, "0"));
  return [
    {
      kind: "putStep",
      runId: run.id,
      step: {
        id,
        position,
        op: "StepRun",
        name: id,
        status: "completed",
        memo,
        input: null,
        finishedAt: run.queuedAt,
      },
    },
    { kind: "putSpan", span: { ...spanOf(run, `${id}:0`), kind: "step", stepId: id } },
  ];
}

function spanOf(run: Run, id: string): Span {
  return {
    runId: run.id,
    id,
    kind: "function",
    stepId: null,
    name: id,
    op: "StepRun",
    attempt: 0,
    status: "completed",
    queuedAt: run.queuedAt,
    startedAt: run.queuedAt,
    endedAt: run.queuedAt,
    error: null,
    detail: none,
  };
}
