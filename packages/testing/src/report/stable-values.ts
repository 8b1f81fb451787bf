// Replaces what differs from one execution to the next in values of a run: ids that the engine drew, and times.
import type { ApiRun, JsonValue } from "@stepwright/protocol";
import { exactDuration } from "./duration-text.ts";
import { horizonOf, startOf } from "./run-times.ts";

/** Replaces what is not stable. */
export interface Stabilizer {
  value(value: JsonValue): JsonValue;
  text(text: string): string;
}

const ulid = /(?<![0-9A-Za-z])[0-7][0-9A-HJKMNP-TV-Z]{25}(?![0-9A-Za-z])/g;
const instant = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;

/** How far from a run, and from the real time of the snapshot, a time still counts as one that was read while it went on. */
const marginMs = 60 * 60_000;

/**
 * Makes the replacement for the values of a run.
 *
 * Ids become `<run 1>`, `<event 1>`, `<id 1>`, numbered as they come. A time that the run knows becomes how far it is from
 * the run's start, such as `<+2d>`; another one that lies within the run, or an hour around it or around the real time, was
 * read from some clock and becomes `<time>`. Everything else stays: birthdays and ids of the user's own are data.
 */
export function createStabilizer(run: ApiRun, realNow: number): Stabilizer {
  const names = nameIds(run);
  const numbers = new Map<string, number>();
  const known = knownTimes(run);
  const [from, to] = [run.queuedAt - marginMs, horizonOf(run) + marginMs];

  const idText = (id: string): string => {
    const name = names.get(id);
    if (name !== undefined) return `<${name}>`;
    const number = numbers.get(id) ?? numbers.size + 1;
    numbers.set(id, number);
    return `<id ${number}>`;
  };
  const timeText = (at: number): string | null => {
    if (known.has(at)) return `<${offsetText(at - run.queuedAt)}>`;
    const isRead = (at >= from && at <= to) || Math.abs(at - realNow) <= marginMs;
    return isRead ? "<time>" : null;
  };
  const stabilizeText = (text: string): string =>
    text.replaceAll(ulid, idText).replaceAll(instant, (written) => timeText(Date.parse(written)) ?? written);

  function stabilize(value: JsonValue): JsonValue {
    if (typeof value === "string") return stabilizeText(value);
    if (typeof value === "number") return timeText(value) ?? value;
    if (Array.isArray(value)) return value.map(stabilize);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [stabilizeText(key), stabilize(item)]));
  }
  return { value: stabilize, text: stabilizeText };
}

/** Writes how far a time is from the start of its run: `+2d`. */
export function offsetText(ms: number): string {
  return ms < 0 ? exactDuration(ms) : `+${exactDuration(ms)}`;
}

/** The ids that a run itself knows, with what they are called. */
function nameIds(run: ApiRun): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const counts = { run: 0, event: 0 };
  const add = (kind: keyof typeof counts, id: unknown) => {
    if (typeof id !== "string" || names.has(id)) return;
    counts[kind] += 1;
    names.set(id, `${kind} ${counts[kind]}`);
  };
  add("run", run.id);
  for (const { internalId, id } of run.events) {
    add("event", internalId);
    // Without an id of its own an event has that of the engine, which may be written in another way.
    const name = names.get(internalId);
    if (id !== internalId && isUlid(id) && name !== undefined) names.set(id, name);
  }
  add("event", run.trigger.eventId);
  for (const id of [run.originalRunId, run.invokedBy?.runId]) add("run", id);
  for (const { detail } of run.steps) {
    add("run", detail["childRunId"]);
    for (const id of [detail["eventId"], detail["matchedEventId"]]) add("event", id);
  }
  for (const { runId } of run.reruns) add("run", runId);
  return names;
}

function isUlid(text: string): boolean {
  return new RegExp(`^(?:${ulid.source})$`).test(text);
}

function knownTimes(run: ApiRun): ReadonlySet<number> {
  const times = [
    run.queuedAt,
    run.startedAt,
    run.endedAt,
    ...run.events.flatMap(({ ts, receivedAt }) => [ts, receivedAt]),
    ...run.doing.map(({ at }) => at),
    ...run.steps.flatMap((step) => [
      step.queuedAt,
      startOf(step),
      step.endedAt,
      step.nextAttemptAt,
      ...step.attempts.flatMap(({ queuedAt, startedAt, endedAt }) => [queuedAt, startedAt, endedAt]),
      ...Object.values(step.detail).filter((value) => typeof value === "number"),
    ]),
  ];
  return new Set(times.filter((at): at is number => at !== null && Number.isInteger(at)));
}
