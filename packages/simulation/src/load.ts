// What people do to the engine of a simulated world: they send events in bursts, signals, cancellations and more.
import type { Chance } from "@stepwright/test-parts";
import { cancelEvent, eventForAll, type FunctionOptions, type SimulatedFunction, waitedEvents } from "./functions.ts";
import { changedLimits } from "./limits.ts";

/** An event as it is sent. `n` tells it from every other. */
export interface SentEvent {
  readonly name: string;
  readonly id?: string;
  /** How far ahead of its sending the event's time lies. */
  readonly aheadMs?: number;
  readonly data: {
    readonly n: number;
    readonly user: string;
    readonly go: boolean;
    readonly priority: number;
    readonly once: string;
  };
}

/** Something that is done to the engine at a time. */
export interface LoadAction {
  readonly atMs: number;
  readonly what:
    /** `isRepeated`: with a seed for its ids, again and again until it is acknowledged. */
    | { readonly kind: "send"; readonly events: readonly SentEvent[]; readonly isRepeated: boolean }
    /** Sends a signal that somebody waits for. */
    | { readonly kind: "signal" }
    /** Has something tried again that was set aside. */
    | { readonly kind: "retrySetAside" }
    | { readonly kind: "cancelRun" }
    | { readonly kind: "rerun" }
    | { readonly kind: "invoke"; readonly slug: string; readonly user: string }
    | { readonly kind: "pause"; readonly slug: string; readonly forMs: number }
    /** Its app registers without the function, and with it again. */
    | { readonly kind: "remove"; readonly slug: string; readonly forMs: number }
    /** Its app registers the function with other numbers. */
    | { readonly kind: "changeLimits"; readonly slug: string; readonly to: FunctionOptions }
    | { readonly kind: "dropBacklog"; readonly slug: string }
    | { readonly kind: "moveBacklog"; readonly slug: string; readonly to: string }
    /** Cancels the runs of a function that were made in the last so many milliseconds (null: ever), of one user or of all. */
    | {
        readonly kind: "cancelMany";
        readonly slug: string;
        readonly backMs: number | null;
        readonly user: string | null;
        /** It is taken back after this time; null: never. */
        readonly takenBackMs: number | null;
      }
    /** Starts a run again from one of its steps. */
    | { readonly kind: "rerunFromStep"; readonly isEdited: boolean }
    | { readonly kind: "pauseApp"; readonly app: string; readonly forMs: number }
    /** Attaches something to a run, or takes away what was attached. */
    | { readonly kind: "annotate"; readonly takesAway: boolean };
}

/** Users whose values are the keys of flow control. */
export const users = ["ann", "bob"] as const;

/** Makes events that are all different. */
export interface EventSource {
  make(name: string, user?: string): SentEvent;
}

/** Makes the source of a world's events. */
export function createEventSource(chance: Chance): EventSource {
  let made = 0;
  return {
    make(name, user = chance.pick(users)) {
      made += 1;
      return {
        name,
        ...(chance.hits(0.08) ? { id: `id-${chance.between(1, 3)}` } : {}),
        ...(chance.hits(0.05) ? { aheadMs: chance.pick([500, 7_000]) } : {}),
        data: {
          n: made,
          user,
          go: chance.hits(0.7),
          priority: chance.pick([-5, 0, 0, 0, 10, 60]),
          once: `once-${chance.between(1, 4)}`,
        },
      };
    },
  };
}

/** How many events come at once: seldom more than one commit holds. */
function burstOf(chance: Chance): number {
  if (chance.hits(0.005)) return chance.between(65, 80);
  return chance.hits(0.25) ? chance.between(3, 8) : chance.between(1, 2);
}

/** Makes the load of a world, in no order. */
export function makeLoad(
  chance: Chance,
  functions: readonly SimulatedFunction[],
  source: EventSource,
): readonly LoadAction[] {
  const names = [
    ...functions.flatMap(({ trigger }) => (trigger.kind === "event" ? [trigger.event, trigger.event] : [])),
    eventForAll,
    cancelEvent,
    ...waitedEvents,
    ...waitedEvents,
  ];
  const spanMs = chance.pick([2_000, 15_000, 60_000]);
  const at = () => chance.between(0, spanMs);
  const slugs = functions.filter(({ trigger }) => trigger.kind === "event").map((fn) => fn.slug);
  const sends = Array.from({ length: chance.between(2, 9) }, (): LoadAction => {
    // A burst is most often of one kind.
    const name = chance.pick(names);
    const count = burstOf(chance);
    const events = Array.from({ length: count }, () => source.make(chance.hits(0.8) ? name : chance.pick(names)));
    return { atMs: at(), what: { kind: "send", events, isRepeated: chance.hits(0.4) } };
  });
  const others = Array.from({ length: chance.between(0, 5) }, (): LoadAction => {
    const roll = chance.fraction();
    const atMs = at();
    if (roll < 0.3) return { atMs, what: { kind: "signal" } };
    if (roll < 0.4) return { atMs, what: { kind: "retrySetAside" } };
    if (roll < 0.46) return { atMs, what: { kind: "cancelRun" } };
    if (roll < 0.52) return { atMs, what: { kind: "rerun" } };
    if (roll < 0.55) return { atMs, what: cancelMany(chance, slugs) };
    if (roll < 0.61) return { atMs, what: { kind: "moveBacklog", slug: chance.pick(slugs), to: chance.pick(slugs) } };
    if (roll < 0.66) return { atMs, what: { kind: "dropBacklog", slug: chance.pick(slugs) } };
    if (roll < 0.74)
      return { atMs, what: { kind: "remove", slug: chance.pick(slugs), forMs: chance.between(100, 9_000) } };
    if (roll < 0.88) return { atMs, what: { kind: "invoke", slug: chance.pick(slugs), user: chance.pick(users) } };
    return { atMs, what: { kind: "pause", slug: chance.pick(slugs), forMs: chance.between(100, 20_000) } };
  });
  const limited = functions.filter(
    ({ options: o }) => o.concurrency.length > 0 || o.runConcurrency || o.throttle || o.rateLimit,
  );
  const changes = Array.from(
    { length: limited.length > 0 && chance.hits(0.4) ? chance.between(1, 3) : 0 },
    (): LoadAction => {
      const { slug, options } = chance.pick(limited);
      return { atMs: at(), what: { kind: "changeLimits", slug, to: changedLimits(chance, options) } };
    },
  );
  return [...sends, ...others, ...changes, ...makeCare(chance.fork(), { functions, slugs, source, at })];
}

/** What people do who look after runs one by one, after many of them, and after whole apps. */
function makeCare(
  chance: Chance,
  o: {
    readonly functions: readonly SimulatedFunction[];
    readonly slugs: readonly string[];
    readonly source: EventSource;
    readonly at: () => number;
  },
): readonly LoadAction[] {
  const apps = o.functions.map(({ app }) => app);
  const care = Array.from({ length: chance.between(0, 5) }, (): LoadAction => {
    const roll = chance.fraction();
    const atMs = o.at();
    if (roll < 0.35) return { atMs, what: { kind: "rerunFromStep", isEdited: chance.hits(0.35) } };
    if (roll < 0.5) return { atMs, what: cancelMany(chance, o.slugs) };
    if (roll < 0.65)
      return { atMs, what: { kind: "pauseApp", app: chance.pick(apps), forMs: chance.between(100, 20_000) } };
    return { atMs, what: { kind: "annotate", takesAway: chance.hits(0.25) } };
  });
  return chance.hits(0.025) ? [...care, ...cancelledCrowd(chance, o)] : care;
}

/** More runs of one function than a cancellation takes at once, and their cancellation. */
function cancelledCrowd(
  chance: Chance,
  o: { readonly functions: readonly SimulatedFunction[]; readonly source: EventSource; readonly at: () => number },
): readonly LoadAction[] {
  const { slug, trigger } = chance.pick(o.functions.filter((fn) => fn.trigger.kind === "event"));
  if (trigger.kind !== "event") return [];
  const atMs = o.at();
  const events = Array.from({ length: chance.between(105, 130) }, () => o.source.make(trigger.event));
  const cancel = { kind: "cancelMany", slug, backMs: null, user: null, takenBackMs: null } as const;
  return [
    { atMs, what: { kind: "send", events, isRepeated: true } },
    { atMs: atMs + chance.between(20, 2_000), what: cancel },
  ];
}

function cancelMany(chance: Chance, slugs: readonly string[]): LoadAction["what"] {
  return {
    kind: "cancelMany",
    slug: chance.pick(slugs),
    backMs: chance.pick([null, null, 500, 5_000]),
    user: chance.hits(0.5) ? chance.pick(users) : null,
    takenBackMs: chance.hits(0.2) ? chance.between(0, 200) : null,
  };
}
