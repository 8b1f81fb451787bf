// The runs that a test looks at: one handle for each, which shows how the run is whenever the engine has come to rest.
import { asRunId, canonicalJson } from "@stepwright/protocol";
import type { Runtime } from "@stepwright/runtime";
import type { RunReader } from "./run-reader.ts";
import { isEnded } from "./run-status.ts";
import { createRunHandle, type RunHandle, type RunKeeper } from "./test-run-handle.ts";
import type { TestRun } from "./test-run.ts";

/** The handles. */
export interface RunHandles {
  one(runId: string): Promise<TestRun>;
  all(runIds: readonly string[]): Promise<readonly TestRun[]>;
  /** Shows how unfinished runs are now. */
  refresh(): Promise<void>;
  /** There are no runs any more. */
  forget(): void;
}

/** Makes the handles. */
export function createRunHandles(options: {
  readonly reader: RunReader;
  readonly waitForEnd: (runId: string) => Promise<unknown>;
  readonly settle: () => Promise<void>;
  readonly runtime: () => Runtime;
  /** What the clock shows. */
  readonly now: () => number;
  /** Folder for runs that a matcher failed on. */
  readonly saveFailedRunsTo: string | undefined;
}): RunHandles {
  const { reader, settle, runtime } = options;
  const handles = new Map<string, RunHandle>();

  const one = async (runId: string): Promise<TestRun> => {
    const details = await reader.run(runId);
    const known = handles.get(runId);
    const handle = known ?? createRunHandle(details, keeper);
    handle.update(details);
    handles.set(runId, handle);
    return handle.run;
  };
  const refresh = async (): Promise<void> => {
    for (const { run } of handles.values()) if (!isEnded(run)) await one(run.id);
  };
  const keeper: RunKeeper = {
    waitForEnd: options.waitForEnd,
    async cancel(runId) {
      await runtime().cancelRun(asRunId(runId));
      await settle();
    },
    async rerun(runId, { fromStep, data }) {
      const made = await runtime().rerun(asRunId(runId), {
        ...(fromStep === undefined ? {} : { fromStep: { stepId: fromStep } }),
        ...(data === undefined ? {} : { eventData: canonicalJson(data) }),
      });
      await settle();
      return one(made);
    },
    now: options.now,
    saveFailedRunsTo: options.saveFailedRunsTo,
  };

  return {
    one,
    all: (runIds) => Promise.all(runIds.map(one)),
    refresh,
    forget: () => handles.clear(),
  };
}
