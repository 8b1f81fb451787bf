// All scenarios, in the order in which they are run and reported.
import type { Scenario } from "../scenario.ts";
import { calls } from "./calls.ts";
import { expressions } from "./expressions.ts";
import { firstCall } from "./first-call.ts";
import { ingest } from "./ingest.ts";
import { freedSlots } from "./starts.ts";
import { stepToStep } from "./steps.ts";
import { waiting } from "./waiting.ts";

export const scenarios: readonly Scenario[] = [ingest, calls, stepToStep, firstCall, freedSlots, waiting, expressions];
