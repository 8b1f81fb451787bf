// The help of `stepwright apps`.
import { remoteFlagsHelp } from "../remote/read-words.ts";

/** What `--help` prints. */
export const appsHelp = `Lists, adds, syncs, pauses and removes the apps of a running server.

Usage: stepwright apps <command> [app] [flags]

Commands:
  list                     List the apps, and what is wrong with them
  sync URL                 Add the app at this URL if it is new, and have it register
  sync APP                 Have a known app register again
  pause APP                Make no more calls of any of its functions, and skip new runs
  resume APP               Go on with what waits
  remove APP               Forget the app and its functions; its runs stay

An app is named by its name or its URL, as "list" shows them.
Exit code: 0 done, 1 not, or the app could not be synced; "stepwright doctor URL" looks
further.

Flags:
${remoteFlagsHelp}`;
