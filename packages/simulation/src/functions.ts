// The functions of a simulated world: code, flow control, and how they are registered.
import type { Chance } from "@stepwright/test-parts";
import { type Code, makeCode } from "./code.ts";
import type { SdkMode } from "@stepwright/test-parts";

/** Who shares a limit of calls. */
export interface CallLimit {
  readonly limit: number;
  readonly isKeyed: boolean;
  /** Shared with every function that has a limit of this scope. */
  readonly scope: "fn" | "account";
}

/** A pace of starts. */
export interface Pace {
  readonly limit: number;
  readonly seconds: number;
  readonly burst: number;
  readonly isKeyed: boolean;
}

/** Flow control and the ends that a function may come to from outside; absent means none. */
export interface FunctionOptions {
  readonly concurrency: readonly CallLimit[];
  readonly runConcurrency?: { readonly limit: number; readonly isKeyed: boolean };
  readonly throttle?: Pace;
  readonly rateLimit?: Omit<Pace, "burst">;
  readonly debounce?: { readonly seconds: number; readonly ceilingSeconds: number | null; readonly isKeyed: boolean };
  readonly batch?: { readonly maxSize: number; readonly seconds: number; readonly isKeyed: boolean };
  readonly singleton?: { readonly mode: "skip" | "cancel"; readonly isKeyed: boolean };
  /** Runs of an event with a priority count as so many seconds older. */
  readonly hasPriority?: true;
  /** One start per value of `event.data.once`. */
  readonly isIdempotent?: true;
  readonly cancelOn?: { readonly event: string; readonly isMatching: boolean };
  readonly timeouts?: { readonly startSeconds: number | null; readonly finishSeconds: number | null };
}

/** A function of a simulated app. */
export interface SimulatedFunction {
  readonly app: string;
  readonly slug: string;
  readonly trigger: FunctionTrigger;
  readonly code: Code;
  readonly retries: number;
  readonly mode: SdkMode;
  /** Its steps attach metadata to themselves and to their run. */
  readonly isAnnotating: boolean;
  readonly options: FunctionOptions;
}

/** What starts a function. */
export type FunctionTrigger =
  /** Events of this name or `sim/all`; with a condition only those that say `go`. */
  | { readonly kind: "event"; readonly event: string; readonly isConditional: boolean; readonly takesAll: boolean }
  /** Every minute. */
  | { readonly kind: "cron" }
  /** The end of a run of another function. */
  | {
      readonly kind: "lifecycle";
      readonly event: "inngest/function.failed" | "inngest/function.finished";
      readonly of: string;
    };

/** An event that starts every function which takes it. */
export const eventForAll = "sim/all";
/** Events that functions wait for, and that cancel them. */
export const waitedEvents = ["sim/w0", "sim/w1"] as const;
/** The event that cancels runs. */
export const cancelEvent = "sim/cancel";

/** Makes the functions of a world; each may invoke and send to those before it, so that nothing goes on for ever. */
export function makeFunctions(chance: Chance): readonly SimulatedFunction[] {
  const functions: SimulatedFunction[] = [];
  const apps = chance.hits(0.4) ? ["one", "two"] : ["one"];
  const count = chance.between(1, 4);
  for (let index = 0; index < count; index += 1) {
    const app = chance.pick(apps);
    const retries = chance.between(0, 3);
    functions.push({
      app,
      slug: `${app}-f${index}`,
      trigger: {
        kind: "event",
        event: `sim/f${index}`,
        isConditional: chance.hits(0.2),
        takesAll: chance.hits(0.5),
      },
      code: makeCode(chance, {
        sends: [...functions.flatMap(eventOf), ...(chance.hits(0.3) ? [...waitedEvents, cancelEvent] : [])],
        waits: waitedEvents,
        invokes: functions.map((fn) => fn.slug),
        attemptsMax: retries + 1,
      }),
      retries,
      mode: makeMode(chance),
      isAnnotating: chance.hits(0.25),
      options: makeOptions(chance),
    });
  }
  const cron = chance.hits(0.15) ? [makeCronFunction(chance)] : [];
  return [...functions, ...cron, ...makeHandlers(chance, functions)];
}

/** A function that is started by the clock: at most one per world, so that every tick is its. */
function makeCronFunction(chance: Chance): SimulatedFunction {
  return {
    app: "one",
    slug: "one-cron",
    trigger: { kind: "cron" },
    code: { kind: "run", id: "s1", failures: 0, isFinal: false, ms: 5 },
    retries: 3,
    mode: makeMode(chance),
    isAnnotating: false,
    options: { concurrency: [] },
  };
}

function eventOf({ trigger }: SimulatedFunction): readonly string[] {
  return trigger.kind === "event" ? [trigger.event] : [];
}

function makeHandlers(chance: Chance, functions: readonly SimulatedFunction[]): readonly SimulatedFunction[] {
  return functions.flatMap((fn, index) => {
    const events = [
      ...(chance.hits(0.4) ? (["inngest/function.failed"] as const) : []),
      ...(chance.hits(0.15) ? (["inngest/function.finished"] as const) : []),
    ];
    return events.map((event): SimulatedFunction => ({
      app: fn.app,
      slug: `${fn.app}-${event.endsWith("failed") ? "failed" : "finished"}${index}`,
      trigger: { kind: "lifecycle", event, of: fn.slug },
      code: { kind: "run", id: "s1", failures: 0, isFinal: false, ms: 1 },
      retries: 3,
      mode: makeMode(chance),
      isAnnotating: false,
      options: { concurrency: [] },
    }));
  });
}

function makeMode(chance: Chance): SdkMode {
  return { version: chance.hits(0.5) ? 1 : 2, isCheckpointing: chance.hits(0.4) };
}

function makeOptions(chance: Chance): FunctionOptions {
  const isKeyed = () => chance.hits(0.5);
  const concurrency: CallLimit[] = [];
  if (chance.hits(0.3)) concurrency.push({ limit: chance.between(1, 3), isKeyed: isKeyed(), scope: "fn" });
  if (chance.hits(0.12)) concurrency.push({ limit: chance.between(1, 2), isKeyed: isKeyed(), scope: "account" });
  const ends = {
    ...(chance.hits(0.2)
      ? {
          timeouts: {
            startSeconds: chance.hits(0.5) ? chance.pick([3, 20]) : null,
            finishSeconds: chance.hits(0.6) ? chance.pick([4, 30]) : null,
          },
        }
      : {}),
    ...(chance.hits(0.12) ? { throttle: makePace(chance) } : {}),
    ...(chance.hits(0.12) ? { runConcurrency: { limit: chance.between(1, 2), isKeyed: isKeyed() } } : {}),
    ...(chance.hits(0.1) ? { rateLimit: makePace(chance) } : {}),
    ...(chance.hits(0.06) ? { isIdempotent: true as const } : {}),
  };
  // A batch has many events, so nothing that follows one event goes with it.
  if (chance.hits(0.14))
    return {
      concurrency,
      ...ends,
      batch: { maxSize: chance.between(2, 4), seconds: chance.pick([1, 5]), isKeyed: isKeyed() },
    };
  return {
    concurrency,
    ...ends,
    ...(chance.hits(0.14)
      ? {
          debounce: {
            seconds: chance.pick([1, 3]),
            ceilingSeconds: chance.hits(0.5) ? chance.pick([4, 8]) : null,
            isKeyed: isKeyed(),
          },
        }
      : {}),
    ...(chance.hits(0.16)
      ? { singleton: { mode: chance.hits(0.5) ? ("skip" as const) : ("cancel" as const), isKeyed: isKeyed() } }
      : {}),
    ...(chance.hits(0.2) ? { hasPriority: true as const } : {}),
    ...(chance.hits(0.25) ? { cancelOn: { event: cancelEvent, isMatching: chance.hits(0.6) } } : {}),
  };
}

function makePace(chance: Chance): Pace {
  return {
    limit: chance.between(1, 3),
    seconds: chance.pick([1, 4, 20]),
    burst: chance.between(0, 1),
    isKeyed: chance.hits(0.5),
  };
}
