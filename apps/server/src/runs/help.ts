// The help of `stepwright runs`.
import { remoteFlagsHelp } from "../remote/read-words.ts";

/** What `--help` prints. */
export const runsHelp = `Lists, shows, follows, cancels and repeats the runs of a running server.

Usage: stepwright runs <command> [run] [flags]

Commands:
  list                     List runs, the newest first
  get RUN                  Show a run: its steps, what it waits for, its error
  tail                     Follow runs as they begin and end, until Ctrl-C
  cancel RUN...            Cancel runs
  cancel --function F      Cancel the unfinished runs of a function, by time and --if
  rerun RUN                Start a run again with the same events, or from a step

  stepwright runs list --status failed --since 2h --json | jq -r '.items[].id'
  stepwright runs rerun 01J… --from-step charge --wait

Exit code: 0 done, 1 not, or not for all runs, 2 a run that was waited for has not
completed, 3 --timeout has passed, 130 Ctrl-C.

Flags of "list", the first four also of "tail":
      --status STATUS
          queued, running, completed, failed, cancelled or skipped; several with commas.
      --function FUNCTION
          By id, <app>-<function>. With "cancel": the function whose runs are cancelled.
      --app APP
          By its name.
      --event NAME
          By the event that started them.
      --since TIME, --until TIME
          Made since or before: how long ago (2h), a date, or milliseconds since 1970.
          Also with "cancel --function".
      --search TEXT
          Words of their errors, outputs, events and ids.
      --limit N
          How many, 50 if nothing is said.
      --after CURSOR
          Go on where the page before ended.

Flags of "cancel --function":
      --if EXPRESSION
          Only runs whose event it is true of, such as "event.data.userId == 'ada'".

Flags of "rerun":
      --from-step STEP
          Begin at a step, by its id or name: what came before it is remembered.
      --input JSON
          Give that step other arguments: a list, @FILE, or - for standard input.
      --data JSON
          Give the event other data: an object, @FILE, or - for standard input.
      --wait
          Wait for the end of the new run, and print what it returns.
      --timeout DURATION
          Wait no longer than that, such as 30s or 5m.

Flags:
${remoteFlagsHelp}`;
