// Every limit of the runtime, with its reason.

/** Transitions in one commit: bounds how long one commit can hold up the event loop (about 5 ms). */
export const transitionsPerCommitMax = 64;
/** Of these, for new work while more waits than a commit takes. */
export const newPerCommitMin = 16;
/** Events taken and not stored yet unless the settings say otherwise: half a second of commits, on a busy machine a few. */
export const eventsWaitingDefault = 10_000;
/** What a sender is told to wait when there is no room for new work. */
export const busyRetrySeconds = 1;
/** Events of one request stored per commit, for the same reason. */
export const eventsPerCommitMax = 64;
/** Items without a call (timers, resumes, matches) worked on at once. */
export const systemItemsMax = 256;
/** Requests of one app's `step.fetch` and `step.ai.infer` in flight at once. */
export const gatewayRequestsMax = 64;
/** Calls in flight per app unless the settings say otherwise; past it more calls only queue up inside the app. */
export const callsPerAppDefault = 128;
/** Active runs kept in memory. The database is the truth; a miss costs one read. */
export const cachedRunsMax = 2_000;
/** Characters of state kept in memory over all cached runs. */
export const cachedStateMax = 64 * 1024 * 1024;
/** Pauses read at a time while matching one event. */
export const pausesPerReadMax = 500;
/** Steps of evaluation in one turn of the event loop: 1 to 7 ms. One expression alone may take five times as many. */
export const stepsPerTurnMax = 20_000;
/** Steps of evaluation for an event while its sender waits: about a tenth of a second; the rest is done afterwards. */
export const stepsPerAcceptMax = 500_000;
/** How often a transition is decided again after others changed what it read, before it counts as one that cannot be processed. */
export const redecideMax = 50;
/** Wait before a commit that the disk refused is tried again. */
export const storageRetryMs = 1_000;
/** Wait before an app that is not there yet is called again. */
export const unreachableRetryMs = 500;
/** The first knock at an app that nobody listens for comes this soon, each later one after twice as long … */
export const knockEveryMinMs = 250;
/** … up to this: what a returned app waits at most before its calls come back. */
export const knockEveryMaxMs = 10_000;
/** In which the calls in flight to a returned app may double: from one to 128 in seven seconds, sooner if it answers sooner. */
export const rampMs = 1_000;
/** How often apps whose last sync failed are tried again. */
export const failedSyncRetryMs = 5_000;
/** How often local ports are looked at while no app is synced. */
export const discoveryIntervalMs = 5_000;
/** A healthy app's unchanged sync is noted in the database at most this often. */
export const syncNoteMs = 60_000;
/** Time one discovery request may take. */
export const discoveryTimeoutMs = 2_000;
/** Characters of a body quoted in an app's problem. */
export const problemExcerptMax = 2_000;
/** Runs of a backlog dropped or moved at a time. */
export const backlogPerItem = 100;
/** Runs that a preview of a cancellation looks at: about 50 ms with a condition. Of more, people learn that there are more. */
export const previewRunsMax = 5_000;
/** Runs repaired at start per read. */
export const orphansPerRead = 500;
/** How often the database is written to for nothing but to know that it can be. */
export const writeCheckMs = 1_000;
/** Wait before the first sweep of a server that has started. */
export const firstSweepMs = 60_000;
/** Time between two sweeps of what is over: an hour more or less is nothing to data that was kept for days. */
export const sweepIntervalMs = 3_600_000;
/** Rows removed in one commit: bounds how long a sweep holds up the event loop (about 2 ms). */
export const sweepWeightMax = 100;
/** Pause between two commits of a sweep, */
export const sweepPauseMs = 2;
/**
 * and what is added while others commit. A piece takes 0.9 ms and leaves 50 pages (200 kB) for the next commit to sync, 2 ms more. With 5
 * ms between them every second commit felt one, and the median from step to step was three times as long; with 20 one commit in
 * thirty does. Half the rows per piece have two thirds of the pages. So 700 runs a second go, more than are made for hours on end.
 */
export const sweepPauseBusyMs = 20;
/** Wait before what was just committed is indexed: a short run has ended by then, and is indexed once. */
export const indexDelayMs = 250;
/** Short texts indexed in one commit: bounds how long it holds up the event loop (1 ms, and 7 for one in a thousand). */
export const indexWeightMax = 50;
/** Pause between two commits of the index, */
export const indexPauseMs = 2;
/**
 * and while there are calls in flight: 500 texts per second for 1 to 2 % of the event loop. Beyond that the index falls behind. With
 * a quarter of it, a server that could do 680 runs of three steps per second did 550.
 */
export const indexPauseBusyMs = 100;
