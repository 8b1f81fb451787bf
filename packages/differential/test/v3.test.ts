// SDK v3, in a file of its own: the two majors keep different things under one global name.
import { describeSameOnBoth } from "./same-on-both.ts";

describeSameOnBoth("v3", {
  functions: 55,
  "runs that were invoked": 40,
  "runs of onFailure": 6,
  "runs: cancelled": 4,
  "runs: completed": 80,
  "runs: failed": 25,
  "steps: function tried again": 15,
  "steps: invoke completed": 15,
  "steps: invoke failed": 5,
  "steps: invoke timedOut": 10,
  "steps: signal completed": 40,
  "steps: signal timedOut": 15,
  "steps: sleep completed": 150,
  "steps: step completed": 350,
  "steps: step failed": 70,
  "steps: step tried again": 25,
  "steps: wait completed": 70,
  "steps: wait timedOut": 25,
});
