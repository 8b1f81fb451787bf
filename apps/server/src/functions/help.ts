// The help of `stepwright functions`.
import { remoteFlagsHelp } from "../remote/read-words.ts";

/** What `--help` prints. */
export const functionsHelp = `Acts on the functions of a running server.

Usage: stepwright functions <command> [function] [flags]

Commands:
  list                     List the functions, and which are paused
  queue FUNCTION           Show what is in flight, and what waits for what
  pause FUNCTION           Make no more calls, and skip new runs
  resume FUNCTION          Go on with what waits
  drop-backlog FUNCTION    Cancel the runs that have not begun
  move-backlog FUNCTION    Give the runs that have not begun to another function

A function is named by its id, <app>-<function>, as "list" shows it.

Flags:
      --to FUNCTION
          The function that gets the runs of "move-backlog".
${remoteFlagsHelp}`;
