// The help of the commands that work on a database file.
import type { DataCommand } from "./request.ts";

/** What `--help` prints. */
export const dataHelp: Readonly<Record<DataCommand, string>> = {
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
