// What the resolvers of one request share: the runtime, the registry as it was when the request came, and reads that are asked for
// row by row and made for many rows at once.
import type { App, FunctionRecord, Run, Span, StepResult, StoredEvent } from "@stepwright/engine";
import type { AppId, EventId, FunctionId, JsonText, Millis, RunId } from "@stepwright/protocol";
import type { Runtime } from "@stepwright/runtime";
import type { EventListRow, OpenOfRun } from "@stepwright/storage";
import { batchLoader, type Load, memoLoader } from "./loader.ts";

/** What a resolver works with. */
export interface Context {
  readonly runtime: Runtime;
  readonly now: Millis;
  readonly registry: Registry;
  /** Null when there is no such run. */
  readonly run: Load<RunId, Run | null>;
  /** The triggering events of a run, in order. */
  readonly eventsOf: Load<RunId, readonly StoredEvent[]>;
  readonly stepsOf: Load<RunId, readonly StepResult[]>;
  readonly spansOf: Load<RunId, readonly Span[]>;
  /** What a run has open; null when that is nothing. */
  readonly openOf: Load<RunId, OpenOfRun | null>;
  /** The event that reported the end of a run; null when none did. */
  readonly endOf: Load<RunId, EventId | null>;
  /** A function by id, also one that is not registered any more; null when there never was one. */
  readonly fn: Load<FunctionId, FunctionRecord | null>;
  /** Runs started by an event, oldest first. */
  readonly startedBy: Load<EventId, readonly Run[]>;
  /** Remembers which runs the events of a list have started, so that nobody asks for each of them. */
  readonly noteStarted: (rows: readonly EventListRow[]) => void;
  /** An event's data, rendered where it is not stored. */
  readonly dataOf: Load<StoredEvent, JsonText>;
}

/** Apps and functions at one moment. */
export interface Registry {
  /** In the order of their ids. */
  readonly apps: readonly App[];
  /** In the order of their slugs. */
  readonly functions: readonly FunctionRecord[];
  readonly app: (id: AppId) => App | null;
  readonly fnBySlug: (slug: string) => FunctionRecord | null;
}

/** Makes the context of one request. */
export function openContext(runtime: Runtime): Context {
  const { runs, events, registry: stored } = runtime.storage;
  const registry = readRegistry(runtime);
  const live = new Map(registry.functions.map((fn) => [fn.id, fn]));
  const started = new Map<EventId, readonly RunId[]>();
  const run = batchLoader<RunId, Run | null>(async (ids) => {
    const found = new Map((await runs.byIds(ids)).map((one) => [one.id, one]));
    return (id) => found.get(id) ?? null;
  });
  return {
    runtime,
    now: runtime.now(),
    registry,
    run,
    eventsOf: batchLoader(async (ids) => {
      const found = await runs.eventsOf(ids);
      return (id) => found.get(id) ?? [];
    }),
    // Many fields of one query may be about the same run, and all of its steps are read at once.
    stepsOf: memoLoader((id) => runs.steps(id)),
    spansOf: memoLoader((id) => runs.spans(id)),
    openOf: batchLoader(async (ids) => {
      const found = await runs.openOf(ids);
      return (id) => found.get(id) ?? null;
    }),
    endOf: batchLoader(async (ids) => {
      const found = await events.endsOf(ids);
      return (id) => found.get(id) ?? null;
    }),
    // Few functions are gone, and each is read once.
    fn: memoLoader(async (id) => live.get(id) ?? (await stored.functionById(id))),
    startedBy: memoLoader(async (id) => {
      const known = started.get(id);
      if (known === undefined) return runs.startedBy(id);
      return (await Promise.all(known.map(run))).filter((one) => one !== null);
    }),
    noteStarted(rows) {
      for (const { event, runs: own } of rows) {
        // A repeated request may have stored an event twice, and its runs belong to either row.
        const before = started.get(event.internalId) ?? [];
        started.set(event.internalId, [...before, ...own.map(({ runId }) => runId)]);
      }
    },
    dataOf: memoLoader((event) => runtime.eventPayload(event)),
  };
}

function readRegistry(runtime: Runtime): Registry {
  const { apps, functions } = runtime.registry();
  const byId = new Map(apps.map((app) => [app.id, app]));
  const bySlug = new Map(functions.map((fn) => [fn.slug, fn]));
  return {
    apps: apps.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
    functions: functions.toSorted((a, b) => (a.slug < b.slug ? -1 : 1)),
    app: (id) => byId.get(id) ?? null,
    fnBySlug: (slug) => bySlug.get(slug) ?? null,
  };
}
