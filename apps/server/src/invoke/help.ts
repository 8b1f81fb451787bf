// The help of `stepwright invoke`.
import { remoteFlagsHelp } from "../remote/read-words.ts";

/** What `--help` prints. */
export const invokeHelp = `Starts a function, waits for the end of its run, and prints what it returns as JSON.

Usage: stepwright invoke FUNCTION [flags]

  stepwright invoke shop-charge-card --data '{"orderId":7}' | jq .receipt

A function is named by its id, <app>-<function>, as "stepwright functions list" shows it.
Exit code: 0 the run has completed, 1 nothing was started, 2 the run has not completed,
3 --timeout has passed, 130 Ctrl-C. The run goes on when it is not waited for any more.

Flags:
      --data JSON
          The data of its event: an object, @FILE, or - for standard input. Without it,
          what a file or another command puts on standard input; otherwise none.
      --user JSON
          The user of its event, in the same forms.
      --no-wait
          Print the id of the run instead, as soon as it is started.
      --timeout DURATION
          Wait no longer than that, such as 30s or 5m.
${remoteFlagsHelp}`;
