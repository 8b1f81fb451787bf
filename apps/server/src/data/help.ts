// The help of the commands that work on a database file.
import type { DataCommand } from "./request.ts";

/** What `--help` prints. */
export const dataHelp: Readonly<Record<DataCommand, string>> = {
  doctor: `Checks that the stored data is whole and agrees with itself.

Usage: stepwright doctor --db FOLDER [flags]

Reads a data folder or a copy of its database, also while a server uses it. Nothing
is locked or changed. Exit code: 0 nothing found, 1 something found, 2 could not check.

Flags:
      --db FOLDER
          The data folder, or a database file such as a backup.
      --full
          Compare every index with its table, which takes several times as long.
      --json
          Print what was found as JSON, for scripts.
`,
  backup: `Copies the data of a server, also while it runs.

Usage: stepwright backup --to FILE [flags]

The copy is of one moment and holds everything that was acknowledged before it.

Flags:
      --to FILE
          The file to write. It must not exist.
      --data-dir FOLDER
          The data folder. Default: the one that "stepwright dev" or "start" uses here.
      --force
          Replace the file if it exists. It stays as it is until the copy is complete.
      --no-verify
          Do not check the copy.
`,
  restore: `Makes a backup the data of a server that is not running.

Usage: stepwright restore --from FILE --data-dir FOLDER [flags]

Flags:
      --from FILE
          The backup. It is checked first and stays as it is.
      --data-dir FOLDER
          The data folder to restore into, made if it does not exist.
      --force
          Also into a folder that is not empty: what is there is moved into a folder
          "former-…" inside of it, and kept.
`,
};
