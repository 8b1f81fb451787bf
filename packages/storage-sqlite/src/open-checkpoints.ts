// Opens what checkpoints need: a thread if there is to be one, and the file for it.
import { closeSync, openSync } from "node:fs";
import { checkpointThreadLost, type StepwrightError } from "@stepwright/protocol";
import { checkpointThread, type ThreadParts } from "./checkpoint-thread.ts";
import { type Checkpoints, checkpointsOf, noCheckpoints } from "./checkpoints.ts";
import type { Connection } from "./connection.ts";
import type { Place } from "./place.ts";

/** Checkpoints, and the file that they sync. */
export interface OpenedCheckpoints {
  readonly checkpoints: Checkpoints;
  /** To be called when no connection is left: closing any descriptor of a file drops the locks that the process has on it. */
  closeFile(): void;
}

/** Prepares the checkpoints of a writer. No thread is started before there is something to do. */
export function openCheckpoints(o: {
  readonly file: string;
  readonly writer: Connection;
  readonly places: readonly Place[];
  readonly checkpointThread?: ThreadParts | undefined;
  readonly onUnsynced: (error: StepwrightError) => void;
  readonly onTrouble?: (error: StepwrightError) => void;
}): OpenedCheckpoints {
  const { file, writer, places, onUnsynced } = o;
  if (writer.memory) return { checkpoints: noCheckpoints, closeFile: () => undefined };
  const onThreadLost = (reason: string): void => o.onTrouble?.(checkpointThreadLost({ reason }));
  if (o.checkpointThread === undefined)
    return {
      checkpoints: checkpointsOf({ writer, thread: null, onUnsynced, onThreadLost }),
      closeFile: () => undefined,
    };
  // Writable because Windows flushes nothing else.
  const descriptor = openSync(file, "r+");
  const thread = checkpointThread({ file, places, descriptor }, o.checkpointThread);
  return {
    checkpoints: checkpointsOf({ writer, thread, onUnsynced, onThreadLost }),
    closeFile: () => closeSync(descriptor),
  };
}
