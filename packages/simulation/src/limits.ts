// The limits of a world's functions as they change: what an app registers now, and what may hold at this moment.
import type { Chance } from "@stepwright/test-parts";
import type { FunctionOptions, Pace, SimulatedFunction } from "./functions.ts";

/** The limits. */
export interface Limits {
  /** What its app registers. */
  registered(fn: SimulatedFunction): FunctionOptions;
  /** The most that may hold now: while a change is under way both the old and the new may. */
  allowed(slug: string): FunctionOptions;
  /** The most that has ever held. */
  widest(slug: string): FunctionOptions;
  /** Counts the times between two changes. A pace that changes goes on from what it was charged, at its new measure. */
  era(slug: string): number;
  /** A change begins. */
  change(slug: string, to: FunctionOptions): void;
  /** The change has come into force. */
  settle(slug: string): void;
}

/** Remembers the limits of these functions. */
export function createLimits(functions: readonly SimulatedFunction[]): Limits {
  const registered = new Map(functions.map((fn) => [fn.slug, fn.options]));
  const allowed = new Map(registered);
  const widest = new Map(registered);
  const eras = new Map<string, number>();
  const beginEra = (slug: string) => eras.set(slug, (eras.get(slug) ?? 0) + 1);
  const of = (options: ReadonlyMap<string, FunctionOptions>, slug: string): FunctionOptions => {
    const found = options.get(slug);
    if (found === undefined) throw new Error(`there is no function ${slug}`);
    return found;
  };
  return {
    registered: (fn) => of(registered, fn.slug),
    allowed: (slug) => of(allowed, slug),
    widest: (slug) => of(widest, slug),
    era: (slug) => eras.get(slug) ?? 0,
    change(slug, to) {
      beginEra(slug);
      registered.set(slug, to);
      allowed.set(slug, wider(of(allowed, slug), to));
      widest.set(slug, wider(of(widest, slug), to));
    },
    settle(slug) {
      beginEra(slug);
      allowed.set(slug, of(registered, slug));
    },
  };
}

/** Other numbers for the same limits; their kinds and keys stay. */
export function changedLimits(chance: Chance, options: FunctionOptions): FunctionOptions {
  const pace = <P extends Pick<Pace, "limit" | "seconds">>(old: P): P => ({
    ...old,
    limit: chance.between(1, 4),
    seconds: chance.pick([1, 4, 20]),
  });
  const { runConcurrency, throttle, rateLimit } = options;
  return {
    ...options,
    concurrency: options.concurrency.map((one) => ({ ...one, limit: chance.between(1, 4) })),
    ...(runConcurrency === undefined ? {} : { runConcurrency: { ...runConcurrency, limit: chance.between(1, 3) } }),
    ...(throttle === undefined ? {} : { throttle: pace(throttle) }),
    ...(rateLimit === undefined ? {} : { rateLimit: pace(rateLimit) }),
  };
}

/** The larger number of each limit of both. */
function wider(one: FunctionOptions, other: FunctionOptions): FunctionOptions {
  const { runConcurrency, throttle, rateLimit } = one;
  return {
    ...one,
    concurrency: one.concurrency.map((limit, index) => ({
      ...limit,
      limit: Math.max(limit.limit, other.concurrency[index]?.limit ?? 0),
    })),
    ...(runConcurrency === undefined
      ? {}
      : {
          runConcurrency: {
            ...runConcurrency,
            limit: Math.max(runConcurrency.limit, other.runConcurrency?.limit ?? 0),
          },
        }),
    ...(throttle === undefined || other.throttle === undefined
      ? {}
      : { throttle: fasterPace(throttle, other.throttle) }),
    ...(rateLimit === undefined || other.rateLimit === undefined
      ? {}
      : { rateLimit: fasterPace(rateLimit, other.rateLimit) }),
  };
}

/** As many at once as the larger lets through, as quickly one after another as the faster does. */
function fasterPace<P extends Pick<Pace, "limit" | "seconds">>(one: P, other: P): P {
  const limit = Math.max(one.limit, other.limit);
  const intervalSeconds = Math.min(one.seconds / one.limit, other.seconds / other.limit);
  return { ...one, limit, seconds: intervalSeconds * limit };
}
