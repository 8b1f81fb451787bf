// What an unfinished run can be doing, for the types and for whoever checks what it is given.

/** The kinds of `ApiDoing`. */
export const doingKinds = [
  "queued",
  "calling",
  "retrying",
  "sleeping",
  "waitingForEvent",
  "waitingForSignal",
  "waitingForRun",
  "other",
] as const;
