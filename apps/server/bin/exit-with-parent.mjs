// Ends a process whose parent has gone, so that killing a launcher never leaves a server behind.

import process from "node:process";

/** Tells whether the parent asked for {@link exitWithParent}, and takes the request out of the environment so that it is not inherited. */
export function exitWithParentRequested() {
  const requested = process.env["STEPWRIGHT_EXIT_WITH_PARENT"] === "1";
  delete process.env["STEPWRIGHT_EXIT_WITH_PARENT"];
  return requested;
}

/**
 * Sends this process a SIGTERM as soon as its parent is gone, however the parent ended.
 *
 * The operating system closes the parent's end of the IPC channel with the parent, so
 * there is nothing to poll. The channel alone does not keep this process running. Does
 * nothing in a process that was started without an IPC channel.
 */
export function exitWithParent() {
  if (process.channel === undefined) return;
  const end = () => process.kill(process.pid, "SIGTERM");
  process.once("disconnect", end);
  process.channel?.unref();
  if (!process.connected) end();
}
