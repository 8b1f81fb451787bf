// Which runs go on, and which have ended.
import type { ApiRun, ApiRunStatus } from "@stepwright/protocol";

/** Statuses of runs that go on. */
export const unfinishedStatuses: readonly ApiRunStatus[] = ["queued", "running"];

/** Says whether a run goes on no more. */
export function isEnded({ status }: Pick<ApiRun, "status">): boolean {
  return !unfinishedStatuses.includes(status);
}
