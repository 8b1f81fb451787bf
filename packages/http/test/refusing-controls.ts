// Controls of a test server that does nothing, for tests of what happens before anything is asked of them.
import type { TestControls } from "../src/index.ts";

function refuse(): never {
  throw new Error("this server has no engine to move");
}

const refuseLater = async (): Promise<never> => refuse();

/** Refuses everything, in one sentence. */
export const refusingControls: TestControls = {
  clock: refuse,
  advance: refuseLater,
  set: refuseLater,
  next: refuseLater,
  runUntilIdle: refuseLater,
  settle: refuseLater,
  finishRun: refuseLater,
  pauseQueue: refuseLater,
  resumeQueue: refuseLater,
  drainQueue: refuseLater,
  clearQueue: refuseLater,
  pending: refuseLater,
  cron: refuseLater,
  stub: refuse,
  unstub: refuse,
  addFault: refuse,
  appGoesAway: refuse,
  appComesBack: refuse,
  randomFaults: refuse,
  clearFaults: refuse,
  crash: refuseLater,
  reset: refuseLater,
};
