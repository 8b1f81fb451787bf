// The part of the error table that is told when a server cannot start: `errors.ts` has the rest.
import { defineError, type ErrorRow } from "./define-error.ts";

/** Another server works on the data folder. */
export const dataFolderLocked = defineError(
  "DATA_FOLDER_LOCKED",
  500,
  "another server is using the data folder {folder}; stop it, or choose another folder",
  { retryable: false },
);
/** The data was written by a newer version. */
export const dataFolderNewer = defineError(
  "DATA_FOLDER_NEWER",
  500,
  "the data in {folder} was written by a newer version (migration {migration}); install that version or restore a backup",
  { retryable: false },
);
/** The data folder cannot be written. */
export const dataFolderUnusable = defineError(
  "DATA_FOLDER_UNUSABLE",
  500,
  "the data folder {folder} cannot be used ({reason}); see to it, or choose a folder with room that this user can write",
  { retryable: false },
);
/** The database is damaged, or the file is none. */
export const dataDamaged = defineError(
  "DATA_DAMAGED",
  500,
  "the database {file} is damaged: {reason}; nothing was changed: restore a backup, start with --accept-damage to go on with what can be read, or move the file and those beside it away to begin with an empty one",
  { retryable: false },
);
/** Commits that were acknowledged are missing from the database's log. */
export const dataLogDamaged = defineError(
  "DATA_LOG_DAMAGED",
  500,
  "the log {file} is damaged: {reason}; {commits} commits can be read before that, and what came after them is lost. Nothing was changed: copy the folder aside, then restore a backup, or start with --accept-damage to go on without it",
  { retryable: false },
);
/** A setting nobody knows. */
export const configUnknown = defineError("CONFIG_UNKNOWN", 500, 'unknown setting "{key}" in {source}; {allowed}', {
  retryable: false,
});
/** A setting with a bad value. */
export const configInvalid = defineError(
  "CONFIG_INVALID",
  500,
  'setting "{key}" has the invalid value "{value}" ({source}); {allowed}',
  { retryable: false },
);
/** A setting that must be given. */
export const configMissing = defineError("CONFIG_MISSING", 500, 'setting "{key}" is required; {allowed}', {
  retryable: false,
});
/** The port is taken. */
export const portInUse = defineError(
  "PORT_IN_USE",
  500,
  "port {port} on {host} is in use; stop the other program or pass --port",
  { retryable: false },
);

/** All of them, in order. */
export const startErrors: readonly ErrorRow[] = [
  dataFolderLocked,
  dataFolderNewer,
  dataFolderUnusable,
  dataDamaged,
  dataLogDamaged,
  configUnknown,
  configInvalid,
  configMissing,
  portInUse,
];
