// Every accepted event has exactly one fate for every function that it concerns: a run, a place in a batch, or a record of why not.
import { eventForAll, type SimulatedFunction } from "../functions.ts";
import type { Checker } from "../witness.ts";
import { newRows } from "./new-rows.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

interface EventRow {
  readonly seq: number;
  readonly internal_id: string;
  /** The sender's own, or the internal one. */
  readonly id: string;
  readonly name: string;
  readonly go: number | null;
  readonly function_id: string | null;
  readonly lifecycle_of: string | null;
  readonly received_at: number;
}

interface SkippedRun {
  readonly row: number;
  readonly id: string;
  readonly slug: string;
}

interface Fate {
  readonly event_seq: number;
  readonly slug: string;
  readonly fate: string;
  readonly run_id: string | null;
}

const eventsSql = `SELECT seq, internal_id, id, name, json_extract(data, '$.go') AS go, json_extract(data, '$._inngest.fn_id') AS function_id, lifecycle_of, received_at
FROM events ORDER BY seq`;
const fatesSql = `SELECT event_seq, function_slug AS slug, 'run ' || status AS fate, runs.id AS run_id FROM runs
JOIN run_events ON run_id = runs.id WHERE original_run_id IS NULL
UNION ALL SELECT event_seq, slug, 'drop ' || kind, NULL FROM drops JOIN functions ON functions.id = function_id
UNION ALL SELECT event_seq, slug, 'waits for a batch', NULL FROM batch_events JOIN batches ON batches.id = batch_id JOIN functions ON functions.id = function_id
UNION ALL SELECT event_seq, slug, 'waits for quiet', NULL FROM debounce_windows JOIN functions ON functions.id = function_id`;

const matchedLaterSql =
  "SELECT seq FROM queue_items JOIN events ON internal_id = substr(queue_items.id, length('match:') + 1) WHERE queue_items.kind = 'match'";
const skippedSql = "SELECT row, id, function_slug AS slug FROM runs WHERE status = 'skipped' AND row > ? ORDER BY row";

/** How long it is remembered that an event has started a function, or has been gathered for one. */
const remembered = { startedMs: 24 * 3_600_000, gatheredMs: 30 * 60_000 };

/** Makes the checker. */
export function eventsHaveOneFate(
  { view, functions, functionOf, originOf, records, coverage }: CheckSurroundings,
  report: Report,
): Checker {
  /** Events and functions that were not registered when the event was matched: nobody starts those. */
  const removedFor = new Set<string>();
  /** Events and functions whose run was removed, and events that were. */
  const sweptFates = new Set<string>();
  const sweptEvents = new Set<string>();
  let lastEvent = 0;
  const skipped = newRows<SkippedRun>(view, { table: "runs", sql: skippedSql });

  const noteRemoved = (): void => {
    const stored = view().all<{ seq: number }>("SELECT seq FROM events WHERE seq > ? ORDER BY seq", lastEvent);
    lastEvent = stored.at(-1)?.seq ?? lastEvent;
    if (records.removed.size === 0) return;
    for (const { seq } of [...stored, ...view().all<{ seq: number }>(matchedLaterSql)])
      for (const slug of records.removed) removedFor.add(`${seq} ${slug}`);
  };
  const lookAtSkipped = (): void => {
    for (const run of skipped.take()) {
      const isSingleton = functions.some(
        ({ slug, options }) => slug === run.slug && options.singleton?.mode === "skip",
      );
      const isPaused = records.paused.has(run.slug) || records.pausedApps.has(functionOf(run.slug).app);
      if (!isSingleton && !isPaused)
        report(`run ${run.id} of ${run.slug} was skipped, which is neither a singleton nor paused`);
    }
  };

  return {
    name: "events have one fate",
    committed() {
      noteRemoved();
      lookAtSkipped();
    },
    swept({ runs, events }) {
      skipped.swept();
      for (const { id, eventSeqs } of runs) for (const seq of eventSeqs) sweptFates.add(`${seq} ${originOf(id)}`);
      for (const { internalId } of events) sweptEvents.add(internalId);
    },
    rested() {
      const fates = new Map<string, string[]>();
      for (const { event_seq, slug, fate, run_id } of view().all<Fate>(fatesSql)) {
        const key = `${event_seq} ${run_id === null ? slug : originOf(run_id)}`;
        fates.set(key, [...(fates.get(key) ?? []), fate]);
        coverage.count(`feature ${fate}`);
      }
      const started = new Map<string, number>();
      for (const event of view().all<EventRow>(eventsSql)) {
        for (const fn of functions) {
          const key = `${event.seq} ${fn.slug}`;
          const found = fates.get(key) ?? [];
          fates.delete(key);
          if (isSetAside(event)) continue;
          const expected = isFor(fn, event) ? 1 : 0;
          if (found.length === 0 && (removedFor.has(key) || sweptFates.has(key))) continue;
          if (found.length !== expected) {
            report(
              `event ${event.internal_id} (${event.name}) has for ${fn.slug} ${found.length} fates (${found.join(", ")}), not ${expected}`,
            );
          }
          const [fate] = found;
          if (fate === undefined) continue;
          judge(fn, event, fate);
          // Repetitions start nothing more. Events that are gathered are told apart by our own ids only.
          const isGathered = fn.options.batch !== undefined || fn.options.debounce !== undefined;
          const once = `${isGathered ? event.internal_id : event.id} ${fn.slug}`;
          const before = started.get(once);
          if (!fate.startsWith("run")) continue;
          const rememberedMs = isGathered ? remembered.gatheredMs : remembered.startedMs;
          if (before !== undefined && event.received_at - before < rememberedMs)
            report(`event ${once}, sent more than once, has started it more than once`);
          started.set(once, event.received_at);
        }
      }
      for (const key of fates.keys()) report(`${key}: a fate without an event`);
      for (const { acknowledged, event } of records.events.values()) {
        for (const id of acknowledged) {
          if (sweptEvents.has(id)) continue;
          const row = view().get<{ n: number | null; name: string }>(
            "SELECT json_extract(data, '$.n') AS n, name FROM events WHERE internal_id = ?",
            id,
          );
          if (row?.n !== event.data.n || row.name !== event.name)
            report(`what is stored as event ${id} is not what was sent`);
        }
      }
    },
  };

  /** Its match could not be processed, which is a fate that people see. */
  function isSetAside(event: EventRow): boolean {
    return view().get("SELECT 1 FROM set_aside_items WHERE id = ?", `match:${event.internal_id}`) !== undefined;
  }

  function isFor({ slug, trigger }: SimulatedFunction, event: EventRow): boolean {
    if (event.function_id !== null) return event.function_id === slug;
    if (trigger.kind === "cron") return event.name === "inngest/scheduled.timer";
    if (trigger.kind === "lifecycle")
      return event.name === trigger.event && slugOfRun(event.lifecycle_of) === trigger.of;
    const isNamed = event.name === trigger.event || (trigger.takesAll && event.name === eventForAll);
    return isNamed && (!trigger.isConditional || event.go === 1);
  }

  function slugOfRun(runId: string | null): string | undefined {
    return view().get<{ slug: string }>("SELECT function_slug AS slug FROM runs WHERE id = ?", runId)?.slug;
  }

  /** Says whether the function has what the fate speaks of. */
  function judge({ slug, options, trigger }: SimulatedFunction, event: EventRow, fate: string): void {
    const isPossible: Readonly<Record<string, boolean>> = {
      "drop rateLimited": options.rateLimit !== undefined,
      "drop idempotent": options.isIdempotent === true,
      "drop debounced": options.debounce !== undefined,
      "drop outOfOrder": options.debounce !== undefined,
      "drop keyError": false,
      "drop functionRemoved": records.everRemoved.has(slug),
      // When it may be is looked at when it is made.
      "run skipped": true,
      "run completed": true,
      "run failed": true,
      "run cancelled": true,
      "drop duplicate": trigger.kind === "event",
    };
    if (isPossible[fate] !== true) report(`event ${event.internal_id} has for ${slug} the fate "${fate}"`);
  }
}
