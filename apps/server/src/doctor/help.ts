// The help of `stepwright doctor`.
import { remoteFlagsHelp } from "../remote/read-words.ts";

/** What `--help` prints. */
export const doctorHelp = `Finds why something does not work, and says what to do about it.

Usage: stepwright doctor [TARGET] [flags]     asks a running server
       stepwright doctor --db FOLDER [flags]  checks stored data

TARGET is what does not work; without one the server as a whole is looked at:
  APP-URL, APP   why an app is not synced or called: looks at the app itself, too
  RUN            why a run does not go on
  EVENT          why an event started nothing
  FUNCTION       why a function is not called

Each finding is a sentence and, below it, the command or setting that helps.
Exit code: 0 nothing found, 1 something found, 2 could not look.

Flags:
${remoteFlagsHelp}
Flags of stored data:
      --db FOLDER
          The data folder, or a database file such as a backup, also while a server uses
          it. Nothing is locked or changed.
      --full
          Compare every index with its table, which takes several times as long.
`;
