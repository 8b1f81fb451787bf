// Walks through runs in an order, page by page.
//
// The store has runs in the order of a time that they have come to. In the order of another time than the one they are filtered by there
// are also runs that have not come to it: as with a time that is yet to come, they stand behind all others.
import type { Run } from "@stepwright/engine";
import { asRunId, isUlid, type JsonObject, type JsonValue, type Millis, millis, ulidTime } from "@stepwright/protocol";
import type { RunPosition, Storage, TimedRunFilter } from "@stepwright/storage";

/** One of the times of a run. */
export type RunTime = TimedRunFilter["time"];

/** An order of runs. */
export interface RunOrder {
  readonly time: RunTime;
  readonly direction: "asc" | "desc";
}

/** A place in a walk: a part of it, and the run behind which it goes on. */
export interface RunPlace {
  readonly part: number;
  readonly after: RunPosition | null;
}

/** A page of a walk; `next` is null at its end. */
export interface WalkedPage {
  readonly runs: readonly { readonly run: Run; readonly place: RunPlace }[];
  readonly next: RunPlace | null;
}

/** Reads the next page of at most `limit` runs. It may be short, or empty, before the end. */
export async function walkRuns(
  storage: Storage,
  o: { readonly filter: TimedRunFilter; readonly order: RunOrder; readonly from: RunPlace; readonly limit: number },
): Promise<WalkedPage> {
  const { filter, order, from, limit } = o;
  const parts = partsOf(filter, order);
  const part = parts[from.part];
  if (part === undefined) return { runs: [], next: null };
  const page = await storage.runs.byTime(part.filter, { direction: order.direction, after: from.after, limit });
  const runs = page.items.flatMap((run) =>
    isWithin(run, filter) && part.isWanted(run)
      ? [{ run, place: { part: from.part, after: positionOf(run, part.filter.time) } }]
      : [],
  );
  if (page.next !== null) return { runs, next: { part: from.part, after: page.next } };
  return { runs, next: from.part + 1 < parts.length ? { part: from.part + 1, after: null } : null };
}

/** Writes a place into a cursor. */
export function placeJson({ part, after }: RunPlace, order: RunOrder): JsonObject {
  return { id: after?.id ?? "", at: after?.at ?? 0, part, order: `${order.time} ${order.direction}` };
}

/** Reads a place from a cursor; null for one of another order, or none. */
export function placeOf(json: JsonObject | null, order: RunOrder): RunPlace | null {
  const { id, at, part, order: orderText } = json ?? {};
  if (orderText !== `${order.time} ${order.direction}` || !isWhole(part) || !isWhole(at)) return null;
  if (id === "") return { part, after: null };
  return typeof id === "string" && isUlid(id) ? { part, after: { at: millis(at), id: asRunId(id) } } : null;
}

/** Whoever makes up a cursor gets the first page. */
function isWhole(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= anyTime.before;
}

interface Part {
  readonly filter: TimedRunFilter;
  readonly isWanted: (run: Run) => boolean;
}

const always = () => true;
const anyTime = { from: millis(0), before: millis(8_640_000_000_000_000) };

function partsOf(filter: TimedRunFilter, { time, direction }: RunOrder): readonly Part[] {
  if (filter.time === time) return [{ filter, isWanted: always }];
  // A run starts after it was queued and ends after it has started, which narrows one end of the other period.
  const isLater = lifeOf(time) > lifeOf(filter.time);
  const period = isLater ? { ...anyTime, from: filter.from } : { ...anyTime, before: filter.before };
  const come: Part = { filter: { ...filter, ...period, time }, isWanted: always };
  if (!isLater) return [come];
  const toCome: Part = {
    filter: {
      ...filter,
      time: "queuedAt",
      ...(filter.time === "queuedAt" ? {} : { ...anyTime, before: filter.before }),
    },
    isWanted: (run) => run[time] === null,
  };
  return direction === "asc" ? [come, toCome] : [toCome, come];
}

function lifeOf(time: RunTime): number {
  return ["queuedAt", "startedAt", "endedAt"].indexOf(time);
}

function isWithin(run: Run, { time, from, before }: TimedRunFilter): boolean {
  const at = timeOf(run, time);
  return at !== null && at >= from && at < before;
}

function timeOf(run: Run, time: RunTime): Millis | null {
  return time === "queuedAt" ? ulidTime(run.id) : run[time];
}

function positionOf(run: Run, time: RunTime): RunPosition {
  return { at: timeOf(run, time) ?? millis(0), id: run.id };
}
