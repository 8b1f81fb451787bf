// The help of `stepwright send`.
import { remoteFlagsHelp } from "../remote/read-words.ts";

/** What `--help` prints. */
export const sendHelp = `Sends events to a running server, and prints the ids it has given them.

Usage: stepwright send NAME [flags]
       stepwright send EVENTS [flags]

EVENTS is a whole event or a list of them as JSON, @FILE, or - for standard input:
  stepwright send user/signed-up --data '{"userId":"ada"}'
  jq '{id: .userId}' user.json | stepwright send user/signed-up --wait
  stepwright send @events.json

Exit code: 0 sent (and every run has completed), 1 not sent, 2 a run that was waited
for has not completed, 3 --timeout has passed, 130 Ctrl-C.

Flags:
      --data JSON
          The data: an object, @FILE, or - for standard input. Without it, what a file
          or another command puts on standard input; otherwise none.
      --user JSON
          The user, in the same forms.
      --id ID
          The id that makes it one event however often it is sent.
      --ts TIME
          When it happened: milliseconds since 1970, or a date. A time in the future
          starts its runs then.
      --wait
          Wait for the runs that the events start, and print what they return.
      --timeout DURATION
          Wait no longer than that, such as 30s or 5m.
${remoteFlagsHelp}`;
