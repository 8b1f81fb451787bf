// Runs that somebody asks for by name: an invocation from outside.
import { eventNames, type NewEvent, type Run, startFunction, tickByHand, type Transition } from "@stepwright/engine";
import {
  asEventId,
  canonicalJson,
  type EventId,
  eventJson,
  functionNotFound,
  idempotencyMs,
  type IncomingEvent,
  isJsonObject,
  type JsonText,
  keyDigest,
  millis,
  parseJsonText,
  utf8Bytes,
} from "@stepwright/protocol";
import type { TransitionOutcome } from "@stepwright/storage";
import type { Committer } from "./committer.ts";
import { submitOnRegistry } from "./on-registry.ts";
import type { Storage } from "./ports.ts";
import type { Invocation, InvokeOptions } from "./runtime.ts";
import type { Shell } from "./shell.ts";
import { refuseFailed } from "./storage-trouble.ts";

/** Starts exactly this function, with an event that no other function and no wait is matched against. */
export async function invoke(
  shell: Shell,
  committer: Committer,
  slug: string,
  incoming: IncomingEvent,
): Promise<EventId> {
  const { event } = await submitInvocation(shell, committer, { slug, incoming, idempotencyKey: null });
  return event.internalId;
}

/** As `invoke`, and tells what became of it. */
export async function invokeRun(
  shell: Shell,
  committer: Committer,
  o: { readonly slug: string; readonly incoming: IncomingEvent } & InvokeOptions,
): Promise<Invocation> {
  const { started, outcome, key } = await submitInvocation(shell, committer, o);
  // Nothing has failed here: that was thrown.
  if (outcome.kind !== "committed") {
    const runId = key === null ? null : await shell.ports.storage.runs.ofKey(key, shell.ports.clock.now());
    return { kind: "repeated", runId };
  }
  return becameOf(shell, started.transition, outcome);
}

/** Starts a function as its cron trigger would now, beside the schedule. Null when it has none. */
export async function tickNow(shell: Shell, committer: Committer, slug: string): Promise<Invocation | null> {
  const fn = shell.registry().functionsBySlug.get(slug);
  if (fn === undefined) throw functionNotFound({ functionSlug: slug });
  const trigger = fn.config.triggers.find((one) => one.kind === "cron");
  if (trigger === undefined) return null;
  const { made, outcome } = await submitOnRegistry(shell, committer, async () => ({
    transition: tickByHand({ fn, trigger, now: shell.ports.clock.now(), newId: shell.newId }),
  }));
  refuseFailed(outcome);
  if (outcome.kind !== "committed")
    throw new Error("broken invariant: a start without a key is turned down by nothing");
  return becameOf(shell, made.transition, outcome);
}

/** What a committed start has made, or where its event has gone. */
async function becameOf(
  shell: Shell,
  transition: Transition,
  outcome: Extract<TransitionOutcome, { kind: "committed" }>,
): Promise<Invocation> {
  const [run] = [...outcome.admitted, ...madeRuns(transition)];
  if (run !== undefined) return { kind: run.status === "skipped" ? "skipped" : "started", runId: run.id };
  const [eventSeq] = outcome.eventSeqs;
  if (eventSeq === undefined) throw new Error("broken invariant: an invocation stores its event");
  return fateOf(await shell.ports.storage.flow.ofEvent(eventSeq));
}

/** Where an event has gone that has made no run. */
function fateOf({ windows, batches, drops }: Awaited<ReturnType<Storage["flow"]["ofEvent"]>>): Invocation {
  if (windows.length > 0) return { kind: "debounced" };
  if (batches.length > 0) return { kind: "batched" };
  const reason = drops[0]?.reason.kind ?? "unknown";
  if (reason === "rateLimited") return { kind: "rateLimited" };
  return reason === "debounced" || reason === "outOfOrder" ? { kind: "debounced" } : { kind: "dropped", reason };
}

function madeRuns({ effects }: Transition): readonly Pick<Run, "id" | "status">[] {
  return effects.flatMap((effect) => (effect.kind === "createRun" ? [effect.run] : []));
}

async function submitInvocation(
  shell: Shell,
  committer: Committer,
  o: { readonly slug: string; readonly incoming: IncomingEvent } & InvokeOptions,
) {
  const { made, outcome } = await submitOnRegistry(shell, committer, async () => invocation(shell, o));
  refuseFailed(outcome);
  return { ...made, outcome };
}

function invocation(shell: Shell, o: { readonly slug: string; readonly incoming: IncomingEvent } & InvokeOptions) {
  const fn = shell.registry().functionsBySlug.get(o.slug);
  if (fn === undefined) throw functionNotFound({ functionSlug: o.slug });
  const event = invokedEvent(shell, o.incoming, o.slug);
  const text = eventJson(event);
  const now = shell.ports.clock.now();
  const key = o.idempotencyKey === null ? null : `${fn.id}:invoked:${keyDigest(o.idempotencyKey)}`;
  const started = startFunction({
    origin: "invoke",
    fn,
    trigger: {
      ref: { kind: "inTransition", index: 0 },
      internalId: event.internalId,
      name: event.name,
      ts: event.ts,
      value: parseJsonText(text),
      length: utf8Bytes(text),
    },
    idempotencyKey: key,
    cron: null,
    invokedBy: null,
    originalRunId: null,
    now,
    newId: shell.newId,
  });
  const transition: Transition = {
    guards: key === null ? [] : [{ kind: "keyFree", key, now }],
    effects: [
      { kind: "putEvent", event },
      ...started.transition.effects,
      // What waits in a debounce or a batch is no run yet that could remember the key.
      ...(key === null || started.runId !== null
        ? []
        : [{ kind: "putKey", key, expiresAt: millis(now + idempotencyMs) } as const]),
    ],
  };
  return { event, started, key, transition };
}

function invokedEvent(shell: Shell, event: IncomingEvent, slug: string): NewEvent & { readonly data: JsonText } {
  const internalId = asEventId(shell.newId());
  const now = shell.ports.clock.now();
  const data = parseJsonText(event.data);
  return {
    internalId,
    id: event.id ?? internalId,
    name: eventNames.invoked,
    data: canonicalJson({ ...(isJsonObject(data) ? data : {}), _inngest: { fn_id: slug } }),
    user: event.user,
    ts: event.ts === null || shell.settings.countsAsNow(event.ts) ? now : event.ts,
    v: event.v,
    meta: event.meta,
    receivedAt: now,
    lifecycleOf: null,
  };
}
