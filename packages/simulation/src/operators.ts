// The people who look after the functions of a simulated world: they pause and remove them, change their limits, drop and move
// backlogs, and pause whole apps. What they have begun they also end.
import { appIdOf } from "@stepwright/protocol";
import type { Runtime } from "@stepwright/runtime";
import type { FunctionOptions, SimulatedFunction } from "./functions.ts";
import { createPauses } from "./pauses.ts";
import type { PeopleOptions } from "./people.ts";
import { registrationOf } from "./registration.ts";
import type { Asked } from "./server.ts";

/** What they do. */
export interface Operators {
  /** Registers every app. */
  register(): Promise<void>;
  pause(slug: string, forMs: number): Promise<void>;
  pauseApp(app: string, forMs: number): Promise<void>;
  /** Registers the app without the function, and with it again. */
  remove(slug: string, forMs: number): Promise<void>;
  changeLimits(slug: string, to: FunctionOptions): Promise<void>;
  /** Of a function that has one, if there is any. */
  dropBacklog(otherwise: string): Promise<void>;
  moveBacklog(otherwise: string, to: string): Promise<void>;
  /** Lets nothing stay paused or away, and no clock in the world. */
  putInOrder(): void;
}

/** What was decided while a function was paused or away is stored a little later. */
const afterwardsMs = 1_000;

/** Makes them. */
export function createOperators(options: PeopleOptions): Operators {
  const { world, clock, chance, records, limits, coverage, server, say } = options;
  const removed = new Set<string>();

  /** Asks until it is answered. */
  const insist = async <T>(what: (runtime: Runtime) => Promise<T>): Promise<T> => {
    for (;;) {
      const asked = await server.ask(what);
      if (asked.kind === "answered") return asked.value;
      await wait(chance.between(100, 2_000));
    }
  };
  const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

  const functionPauses = createPauses(options, {
    mayBe: records.paused,
    coverageName: "feature pause",
    pause: (runtime, slug) => runtime.functions.pause(slug),
    resume: (runtime, slug) => runtime.functions.resume(slug),
    insist,
  });
  const appPauses = createPauses(options, {
    mayBe: records.pausedApps,
    coverageName: "feature pause of an app",
    pause: async (runtime, app) => runtime.apps.pause(appIdOf(app)),
    resume: async (runtime, app) => runtime.apps.resume(appIdOf(app)),
    insist,
  });

  const remove = async (slug: string, forMs: number): Promise<void> => {
    await takeAway(slug);
    coverage.count("feature removed function");
    await wait(forMs);
    await bringBack(slug);
  };

  const takeAway = async (slug: string): Promise<void> => {
    records.removed.add(slug);
    records.everRemoved.add(slug);
    // What is gone is nobody's to resume: its runs go on, unless the app as a whole is paused.
    records.held.delete(slug);
    removed.add(slug);
    await registerWhatIsLeft(slug);
  };

  const bringBack = async (slug: string): Promise<void> => {
    removed.delete(slug);
    await registerWhatIsLeft(slug);
    await wait(afterwardsMs);
    if (removed.has(slug)) return;
    records.removed.delete(slug);
    limits.settle(slug);
  };

  const functionOf = (slug: string): SimulatedFunction => {
    const fn = world.functions.find((one) => one.slug === slug);
    if (fn === undefined) throw new Error(`there is no function ${slug}`);
    return fn;
  };

  /** Registers the app of a function with what it has at that moment. */
  const registerWhatIsLeft = async (slug: string): Promise<void> => {
    const { app } = functionOf(slug);
    await insist((runtime) => {
      const left = world.functions.filter((fn) => !removed.has(fn.slug));
      return runtime.register(registrationOf(app, left, limits));
    });
    say(`${app} is registered${removed.size === 0 ? "" : ` without ${[...removed].join(", ")}`}`);
  };

  const changeLimits = async (slug: string, to: FunctionOptions): Promise<void> => {
    limits.change(slug, to);
    await registerWhatIsLeft(slug);
    coverage.count("feature changed limits");
    await wait(afterwardsMs);
    // A function that is away keeps the limits with which it left until it is back.
    if (limits.registered(functionOf(slug)) === to && !removed.has(slug)) limits.settle(slug);
  };

  /** A function whose runs wait to start, if there is one; else this one. */
  const withBacklog = (slug: string): string => {
    const waiting = options
      .view()
      .all<{ slug: string }>(
        "SELECT function_slug AS slug FROM runs WHERE status = 'queued' GROUP BY slug ORDER BY slug",
      );
    return waiting.length === 0 ? slug : chance.pick(waiting).slug;
  };

  const dropBacklog = async (otherwise: string): Promise<void> => {
    const slug = withBacklog(otherwise);
    records.droppedBacklogs.set(slug, clock.now());
    const asked: Asked<void> = await server.ask((runtime) => runtime.functions.dropBacklog(slug));
    say(`drop backlog of ${slug}: ${asked.kind}`);
  };

  const moveBacklog = async (otherwise: string, to: string): Promise<void> => {
    const slug = withBacklog(otherwise);
    const asked: Asked<void> = await server.ask((runtime) => runtime.functions.moveBacklog(slug, to));
    say(`move backlog of ${slug} to ${to}: ${asked.kind}`);
  };

  return {
    async register() {
      for (const app of world.apps)
        await insist((runtime) => runtime.register(registrationOf(app, world.functions, limits)));
    },
    pause: functionPauses.pause,
    pauseApp: appPauses.pause,
    remove,
    changeLimits,
    dropBacklog,
    moveBacklog,
    putInOrder() {
      for (const slug of removed) void bringBack(slug);
      // A world with a clock in it never comes to rest.
      for (const { slug, trigger } of world.functions) if (trigger.kind === "cron") void takeAway(slug);
      functionPauses.end();
      appPauses.end();
    },
  };
}
