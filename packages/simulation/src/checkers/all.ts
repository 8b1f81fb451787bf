// All checkers of a world.
import type { Checker } from "../witness.ts";
import { acknowledgedIsDurable } from "./acknowledged.ts";
import { waitingIsFree } from "./attempts.ts";
import { nothingIsLeft } from "./at-rest.ts";
import { batchesHold } from "./batches.ts";
import { bulkCancelsAreExact } from "./bulk-cancels.ts";
import { callsPerAppHold, concurrencyHolds, discoveriesAreAlone, groupsAreWhole, stepsAreAlone } from "./calls.ts";
import { cancelsAreHeeded } from "./cancels.ts";
import { lateCheckpointsAreRefused } from "./checkpoints.ts";
import { nobodyComplains } from "./complaints.ts";
import { endsHaveCauses } from "./ends.ts";
import { eventsHaveOneFate } from "./fates.ts";
import { cronsGoOn } from "./crons.ts";
import { fetchesAreMadeOnce } from "./fetches.ts";
import { endedRunsSleep } from "./ended-runs.ts";
import { metadataIsKept } from "./metadata.ts";
import { pausedIsNotCalled } from "./paused.ts";
import { rerunsRemember } from "./reruns.ts";
import { sweepsTakeWhatIsOver } from "./sweeps.ts";
import { timersAreNeverEarly } from "./never-early.ts";
import { gatheringTakesItsTime } from "./gathering.ts";
import { lanesAreInOrder } from "./order.ts";
import { rateLimitsHold, throttlesHold } from "./paces.ts";
import { resultsStand, runsEndOnce } from "./results.ts";
import { runLimitsHold } from "./run-limits.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";
import { unfinishedGoOn } from "./unfinished.ts";
import { waitsAreAnswered } from "./waits.ts";
import { transitionsAreWhole } from "./whole-transitions.ts";

/** Something that a checker found. */
export interface Finding {
  readonly checker: string;
  readonly message: string;
}

/** Makes all checkers; what they find goes to `onFinding`. */
export function createCheckers(
  surroundings: CheckSurroundings & { readonly callsPerAppMax: number },
  onFinding: (finding: Finding) => void,
): readonly Checker[] {
  const makers = [
    acknowledgedIsDurable,
    transitionsAreWhole,
    resultsStand,
    runsEndOnce,
    unfinishedGoOn,
    discoveriesAreAlone,
    stepsAreAlone,
    groupsAreWhole,
    callsPerAppHold,
    concurrencyHolds,
    throttlesHold,
    rateLimitsHold,
    runLimitsHold,
    lanesAreInOrder,
    timersAreNeverEarly,
    lateCheckpointsAreRefused,
    waitsAreAnswered,
    fetchesAreMadeOnce,
    waitingIsFree,
    sweepsTakeWhatIsOver,
    cancelsAreHeeded,
    bulkCancelsAreExact,
    endedRunsSleep,
    rerunsRemember,
    pausedIsNotCalled,
    metadataIsKept,
    gatheringTakesItsTime,
    batchesHold,
    eventsHaveOneFate,
    endsHaveCauses,
    cronsGoOn,
    nothingIsLeft,
    nobodyComplains,
  ];
  return makers.map((make) => {
    const report: Report = (message) => onFinding({ checker: checker.name, message });
    const checker = make(surroundings, report);
    return checker;
  });
}
