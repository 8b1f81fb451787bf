// The help of `stepwright queue`.
import { remoteFlagsHelp } from "../remote/read-words.ts";

/** What `--help` prints. */
export const queueHelp = `Shows the work that a running server could not process and has set aside.

Usage: stepwright queue <command> [flags]

Commands:
  list --set-aside         List the items, those that were set aside last first
  retry ID                 Put an item back into the queue
  retry --all              Put all of them back

Whatever fails again is set aside again. Exit code: 0 done, 1 not, or not all of it.

Flags:
      --after CURSOR
          Go on with "list" where the page before ended.
${remoteFlagsHelp}`;
