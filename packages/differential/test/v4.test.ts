// SDK v4, with checkpointing as it is by default, and without.
import { describeSameOnBoth } from "./same-on-both.ts";

describeSameOnBoth("v4", {
  functions: 55,
  "runs that were invoked": 50,
  "runs of onFailure": 15,
  "runs: cancelled": 2,
  "runs: completed": 80,
  "runs: failed": 30,
  "steps: function tried again": 20,
  "steps: invoke completed": 28,
  "steps: invoke failed": 6,
  "steps: invoke timedOut": 8,
  "steps: signal completed": 18,
  "steps: signal timedOut": 8,
  "steps: sleep completed": 100,
  "steps: step completed": 350,
  "steps: step failed": 35,
  "steps: step tried again": 40,
  "steps: wait completed": 50,
  "steps: wait timedOut": 18,
});
