// The queue in the hands of a test: what is held back, what is let go, what is thrown away.
import type { PendingWork } from "@stepwright/http";
import { asRunId } from "@stepwright/protocol";
import type { Runtime } from "@stepwright/runtime";
import type { Rig } from "./rig.ts";
import type { RunReader } from "./run-reader.ts";
import { isEnded, unfinishedStatuses } from "./run-status.ts";
import type { Turns } from "./turns.ts";

/** The queue. Functions are given by slug; null means all. */
export interface QueueControl {
  pause(slugs: readonly string[] | null): Promise<void>;
  resume(slugs: readonly string[] | null): Promise<void>;
  drain(slugs: readonly string[] | null): Promise<void>;
  clear(slugs: readonly string[] | null): Promise<number>;
  pending(slugs: readonly string[] | null): Promise<readonly PendingWork[]>;
  /** Says whether a function is held back. */
  isHeld(slug: string): boolean;
  /** Holds back in another engine what is held back in this one. */
  hold(runtime: Runtime): void;
  /** Holds back nothing any more. */
  forget(): void;
}

/** Makes the queue control. */
export function createQueueControl(options: {
  readonly rig: Rig;
  readonly reader: RunReader;
  readonly turns: Turns;
}): QueueControl {
  const { rig, reader, turns } = options;
  /** All, but for those named; or those named alone. */
  let held = { isAll: false, named: new Set<string>() };
  const isHeld = (slug: string): boolean => held.isAll !== held.named.has(slug);

  const apply = async (): Promise<void> => {
    rig.runtime.holdCalls(isHeld);
    await rig.settle();
  };
  const setHeld = (slugs: readonly string[] | null, isPaused: boolean): void => {
    if (slugs === null) {
      held = { isAll: isPaused, named: new Set() };
      return;
    }
    for (const slug of slugs) {
      if (isPaused === held.isAll) held.named.delete(slug);
      else held.named.add(slug);
    }
  };
  const unfinished = (slugs: readonly string[] | null) =>
    reader.list({ status: unfinishedStatuses, ...(slugs === null ? {} : { functionSlugs: slugs }) });

  return {
    pause: (slugs) =>
      turns.take(() => {
        setHeld(slugs, true);
        return apply();
      }),
    resume: (slugs) =>
      turns.take(() => {
        setHeld(slugs, false);
        return apply();
      }),
    drain: (slugs) =>
      turns.take(async () => {
        const before = { isAll: held.isAll, named: new Set(held.named) };
        setHeld(slugs, false);
        await apply();
        held = before;
        await apply();
      }),
    clear: (slugs) =>
      turns.take(async () => {
        const rows = await unfinished(slugs);
        const cancelled = await Promise.all(rows.map(({ id }) => rig.runtime.cancelRun(asRunId(id))));
        await rig.settle();
        return cancelled.filter(Boolean).length;
      }),
    async pending(slugs) {
      const rows = await unfinished(slugs);
      const runs = await Promise.all(rows.map(({ id }) => reader.run(id)));
      const work = runs
        .filter((run) => !isEnded(run))
        .flatMap(({ id, functionSlug, doing }) =>
          doing.map(({ kind, stepName, at, event }) => ({
            runId: id,
            functionSlug,
            kind,
            step: stepName,
            at,
            event,
          })),
        );
      return work.toSorted((one, other) => (one.at ?? Infinity) - (other.at ?? Infinity));
    },
    isHeld,
    hold: (runtime) => runtime.holdCalls(isHeld),
    forget() {
      setHeld(null, false);
      rig.runtime.holdCalls(isHeld);
    },
  };
}
