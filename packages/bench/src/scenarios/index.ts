// All scenarios, in the order in which they are run and reported.
import type { Scenario } from "../scenario.ts";
import { calls } from "./calls.ts";
import { checkpoint } from "./checkpoint.ts";
import { coldStart } from "./cold-start.ts";
import { expressions } from "./expressions.ts";
import { fanOut } from "./fan-out.ts";
import { firstCall } from "./first-call.ts";
import { growth } from "./growth.ts";
import { idle } from "./idle.ts";
import { ingest } from "./ingest.ts";
import { lists } from "./lists.ts";
import { parallel } from "./parallel.ts";
import { publishedSdks } from "./published-sdks.ts";
import { retention } from "./retention.ts";
import { sleepers } from "./sleepers.ts";
import { slowCalls } from "./slow-calls.ts";
import { freedSlots } from "./starts.ts";
import { stepToStep } from "./steps.ts";
import { waiting } from "./waiting.ts";

export const scenarios: readonly Scenario[] = [
  ingest,
  calls,
  stepToStep,
  firstCall,
  parallel,
  checkpoint,
  publishedSdks,
  slowCalls,
  fanOut,
  sleepers,
  freedSlots,
  waiting,
  growth,
  retention,
  coldStart,
  idle,
  lists,
  expressions,
];
