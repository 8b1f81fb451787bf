// Defects that the fuzzer has to find: each is put into the sources of a server, and told by what is said of it.

/** A defect. */
export interface Mutation {
  /** The end of the path of a source file. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** What the fuzzer says of it. */
  readonly told: RegExp;
}

/** All of them, by name. A server can have several at once. */
export const mutations = {
  throws: {
    file: "/http/src/routes/rest-runs.ts",
    from: "envelope(restRun(await existing(readRunId(params.runId))))",
    to: "envelope(restRun(undefined))",
    told: /^GET \/v1\/runs\/\{runId\}: status 500/,
  },
  answersOtherwise: {
    file: "/http/src/present-registry.ts",
    from: "appId: fn.appId,",
    to: "app: fn.appId,",
    told: /^GET \/api\/functions: .*"appId" is missing/,
  },
  errsOtherwise: {
    file: "/http/src/routes/signals.ts",
    from: "if (runId === null) throw signalNotFound({ signal });",
    to: "if (runId === null) return { data: null };",
    told: /^POST \/v1\/signals: \$/,
  },
  saysNothing: {
    file: "/protocol/src/errors.ts",
    from: "the request body is invalid: {reason}",
    to: "gone",
    told: /no sentence: "gone"/,
  },
  hangs: {
    file: "/http/src/routes/api-retention.ts",
    from: "await runtime.storage.stats()",
    to: "await new Promise(() => {})",
    told: /^GET \/api\/retention: no answer came/,
  },
  asksForNoKey: {
    file: "/http/src/server.ts",
    from: 'keyed.addHook("onRequest", requireSigningKey(access));',
    to: "",
    told: /status \d+ without a key/,
  },
  leavesRunsBehind: {
    file: "/storage-sqlite/src/apply-effect.ts",
    from: "tables.queue.reschedule(scope.round, { id: effect.itemId, at: effect.at, attempt: effect.attempt });",
    to: "tables.queue.dequeue(scope.round, effect.itemId);",
    told: /^the doctor: .*STRANDED/,
  },
  rejects: {
    file: "/http/src/routes/api-set-aside.ts",
    from: "return runtime.storage.queue.setAside({ cursor, limit });",
    to: "void Promise.reject(new Error('nobody waits')); return runtime.storage.queue.setAside({ cursor, limit });",
    told: /^the server has ended/,
  },
} as const satisfies Readonly<Record<string, Mutation>>;

/** The name of a defect. */
export type MutationName = keyof typeof mutations;
