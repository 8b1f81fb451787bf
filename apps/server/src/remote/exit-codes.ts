// How commands that act on a running server end, for scripts.

/** Exit codes. What is no error of a run is 1: a mistake on the command line, a server that is not there or refuses. */
export const exitCodes = {
  done: 0,
  notDone: 1,
  /** A run that was waited for has failed, was cancelled or skipped. */
  runFailed: 2,
  /** The run goes on, but `--timeout` has passed. */
  notEnded: 3,
  /** Ctrl-C, as shells have it. */
  interrupted: 130,
} as const;
