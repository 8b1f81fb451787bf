// How a test says what is to go wrong.
import type { FaultRule, TestControls } from "@stepwright/http";
import type { FunctionSlugs } from "./function-slugs.ts";
import { readDuration } from "./read-duration.ts";
import type { Faults, FaultTarget } from "./test-engine.ts";

/** Makes `engine.faults`. */
export function faultsOf(controls: TestControls, slugs: FunctionSlugs): Faults {
  const add = (fault: Pick<FaultRule, "kind" | "delayMs" | "status">, target: FaultTarget = {}): void =>
    controls.addFault({
      ...fault,
      function: target.function === undefined ? null : slugs.of(target.function),
      step: target.step ?? null,
      times: target.times ?? 1,
    });
  return {
    drop: (target) => add({ kind: "drop" }, target),
    duplicate: (target) => add({ kind: "duplicate" }, target),
    delay: (duration, target) => add({ kind: "delay", delayMs: readDuration(duration) }, target),
    answer: (status, target) => add({ kind: "answer", status }, target),
    appGoesAway: (appId) => controls.appGoesAway(appId ?? null),
    appComesBack: (appId) => controls.appComesBack(appId ?? null),
    random: ({ drop = 0, duplicate = 0, delay = 0, seed }) =>
      controls.randomFaults({ drop, duplicate, delay, seed: seed ?? null }),
    clear: () => controls.clearFaults(),
  };
}
