// A run is started again: with the same events or other data, from the beginning or from one of its steps.
import {
  type EventRef,
  type FromStep,
  isEnded,
  type NewEvent,
  type Run,
  type StartRequest,
  startFunction,
  stepsBefore,
  type StoredEvent,
  type Transition,
} from "@stepwright/engine";
import {
  asEventId,
  eventJson,
  functionNotFound,
  type JsonText,
  type Millis,
  parseJsonText,
  type RunId,
  runNotFound,
  runNotRepeatable,
  stepAmbiguous,
  stepInputInvalid,
  stepNotFound,
  utf8Bytes,
} from "@stepwright/protocol";
import type { LoadedRun } from "@stepwright/storage";
import { findFunction } from "./call-app.ts";
import type { Committer } from "./committer.ts";
import { eventText } from "./event-payload.ts";
import { submitOnRegistry } from "./on-registry.ts";
import type { RerunOptions } from "./runtime.ts";
import type { Shell } from "./shell.ts";
import { refuseFailed } from "./storage-trouble.ts";

/** Starts a new run of the same function. */
export async function rerun(shell: Shell, committer: Committer, runId: RunId, how: RerunOptions): Promise<RunId> {
  const { made, outcome } = await submitOnRegistry(shell, committer, () => rerunOf(shell, runId, how));
  refuseFailed(outcome);
  if (outcome.kind === "rejected") throw runNotFound({ runId });
  if (made.runId === null) throw new Error("broken invariant: a rerun joins no others");
  return made.runId;
}

async function rerunOf(
  shell: Shell,
  runId: RunId,
  how: RerunOptions,
): Promise<{ readonly runId: RunId | null; readonly transition: Transition }> {
  const { storage, clock } = shell.ports;
  const loaded = await storage.runs.load(runId);
  const first = loaded?.events[0];
  if (loaded === null || first === undefined) throw runNotFound({ runId });
  const { run } = loaded;
  const fn = await findFunction(shell, run.functionId);
  if (fn === null) throw functionNotFound({ functionSlug: run.functionSlug });
  const now = clock.now();
  const fromStep = how.fromStep === undefined ? null : await findStep(shell, loaded, how.fromStep);
  const edited = how.eventData === undefined ? null : editedEvent(shell, { loaded, first, data: how.eventData, now });
  const started = startFunction({
    origin: "rerun",
    fn,
    ...(await eventsOf(shell, { loaded, first, edited, now })),
    idempotencyKey: null,
    cron: run.cron,
    invokedBy: null,
    ...(run.batchId === null ? {} : { batch: { id: run.batchId, invokers: [] } }),
    originalRunId: run.originalRunId ?? runId,
    ...(fromStep === null ? {} : { fromStep }),
    now,
    newId: shell.newId,
  });
  const transition: Transition = {
    ...started.transition,
    guards: [...started.transition.guards, ...keptGuards(run)],
    effects: [
      ...(edited === null ? [] : [{ kind: "putEvent", event: edited } as const]),
      ...started.transition.effects,
    ],
  };
  return { runId: started.runId, transition };
}

/** Its events are there for as long as the run is, and one that has ended may be removed just now. */
function keptGuards(run: Run) {
  return isEnded(run.status) ? [{ kind: "runVersion", runId: run.id, version: run.version } as const] : [];
}

async function findStep(
  { ports }: Shell,
  { run, steps }: LoadedRun,
  { stepId: asked, input }: NonNullable<RerunOptions["fromStep"]>,
): Promise<FromStep> {
  if (input !== undefined && !Array.isArray(parseJsonText(input))) throw stepInputInvalid({ stepId: asked });
  const found = stepsBefore({ asked, steps, spans: await ports.storage.runs.spans(run.id) });
  if (found.kind === "unknown") throw stepNotFound({ runId: run.id, stepId: asked });
  if (found.kind === "ambiguous") throw stepAmbiguous({ name: asked, runId: run.id, ids: found.ids.join(", ") });
  const { kind: _, ...step } = found;
  return { ...step, input: input ?? null };
}

async function eventsOf(
  { ports }: Shell,
  o: {
    readonly loaded: LoadedRun;
    readonly first: StoredEvent;
    readonly edited: (NewEvent & { readonly data: JsonText }) | null;
    readonly now: Millis;
  },
): Promise<Pick<StartRequest, "trigger" | "moreEvents">> {
  const { first, edited } = o;
  const text = edited === null ? await eventText(ports.storage, first) : eventJson(edited);
  const stored = (event: StoredEvent): EventRef => ({ kind: "stored", seq: event.seq });
  return {
    trigger: {
      ref: edited === null ? stored(first) : { kind: "inTransition", index: 0 },
      internalId: (edited ?? first).internalId,
      name: first.name,
      // A run again is for now, whenever its event was meant for.
      ts: o.now,
      value: parseJsonText(text),
      length: utf8Bytes(text),
    },
    moreEvents: o.loaded.events.slice(1).map(stored),
  };
}

/** The event as it would have been sent with other data. It is this run's alone: nothing else is matched against it. */
function editedEvent(
  { newId }: Shell,
  o: { readonly loaded: LoadedRun; readonly first: StoredEvent; readonly data: JsonText; readonly now: Millis },
): NewEvent & { readonly data: JsonText } {
  const { run, events } = o.loaded;
  if (run.batchId !== null || events.length > 1)
    throw runNotRepeatable({ runId: run.id, reason: "it has several events, so their data cannot be replaced" });
  const internalId = asEventId(newId());
  const { name, user, v, meta } = o.first;
  return {
    internalId,
    id: internalId,
    name,
    user,
    v,
    meta,
    data: o.data,
    ts: o.now,
    receivedAt: o.now,
    lifecycleOf: null,
  };
}
