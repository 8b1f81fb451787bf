// The defaults of the runtime's settings.
import { callTimeoutMs, defaultEventLimits, defaultRunLimits } from "@stepwright/protocol";
import { callsPerAppDefault, eventsWaitingDefault, failedSyncRetryMs } from "./limits.ts";
import type { RuntimeSettings } from "./runtime.ts";

/** What `stepwright dev` runs with, before configuration. */
export const defaultSettings: RuntimeSettings = {
  serverKind: "dev",
  signingKey: null,
  signingKeyFallback: null,
  syncInBand: false,
  limits: defaultRunLimits,
  eventLimits: defaultEventLimits,
  retrySchedule: "doubling",
  retryIntervalMs: null,
  retryJitter: true,
  appUrls: [],
  discover: false,
  discoverPorts: [],
  syncRetryMs: failedSyncRetryMs,
  pollIntervalMs: null,
  cronMissedTick: "latest",
  callsPerAppMax: callsPerAppDefault,
  callTimeoutMs,
  eventsWaitingMax: eventsWaitingDefault,
  startupGraceMs: 0,
  shownRunningAfterMs: 0,
  appWaitMs: 0,
  retention: null,
  indexesTexts: false,
  countsAsNow: () => false,
};
