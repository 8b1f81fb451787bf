// People who pause functions or apps of a simulated world, and end what they have begun.
import type { Runtime } from "@stepwright/runtime";
import type { PeopleOptions } from "./people.ts";

/** Pauses of one kind. */
export interface Pauses {
  pause(name: string, forMs: number): Promise<void>;
  /** Lets nothing stay paused. */
  end(): void;
}

/** What was decided while something was paused is stored a little later. */
const afterwardsMs = 1_000;

/** Makes them. Names of functions and of apps have nothing in common. */
export function createPauses(
  { clock, records, coverage, server, say }: PeopleOptions,
  o: {
    readonly mayBe: Set<string>;
    readonly coverageName: string;
    readonly pause: (runtime: Runtime, name: string) => Promise<void>;
    readonly resume: (runtime: Runtime, name: string) => Promise<void>;
    /** Asks until it is answered. */
    readonly insist: (what: (runtime: Runtime) => Promise<void>) => Promise<void>;
  },
): Pauses {
  const paused = new Set<string>();
  /** Resumes that were asked for, and those that nobody has answered yet. */
  const resumes = new Map<string, { asked: number; open: number }>();
  const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

  const resumesOf = (name: string) => {
    const known = resumes.get(name) ?? { asked: 0, open: 0 };
    resumes.set(name, known);
    return known;
  };

  const pause = async (name: string, forMs: number): Promise<void> => {
    o.mayBe.add(name);
    paused.add(name);
    const { asked: before, open } = resumesOf(name);
    const asked = await server.ask((runtime) => o.pause(runtime, name));
    say(`pause ${name}: ${asked.kind}`);
    coverage.count(o.coverageName);
    // A resume that came in between may have been the last to be stored.
    if (asked.kind === "answered" && open === 0 && resumesOf(name).asked === before) records.held.add(name);
    await wait(forMs);
    await resume(name);
  };

  const resume = async (name: string): Promise<void> => {
    const of = resumesOf(name);
    of.asked += 1;
    of.open += 1;
    records.held.delete(name);
    await o.insist((runtime) => o.resume(runtime, name));
    of.open -= 1;
    paused.delete(name);
    say(`resume ${name}`);
    await wait(afterwardsMs);
    if (!paused.has(name)) o.mayBe.delete(name);
  };

  return {
    pause,
    end() {
      for (const name of paused) void resume(name);
    },
  };
}
