// Where we differ from the reference on purpose: few, and each with its reason.

/** Headers of the reference's calls that ours do not have, and the other way round. */
export const headerDifferences: Readonly<Record<string, string>> = {
  "account-id": "there are no accounts; no SDK reads it",
  traceparent: "the same form with ids of our own, which are those of the run and the request",
  tracestate: "the same members, whose reference knows the call besides the trace",
  host: "the address of the replay",
  connection: "a matter of the connection: ours are kept open",
  "content-length": "the length follows from ids",
  "accept-encoding": "ours takes brotli as well",
};

/** Fields of a call's body that are not compared in some captures. */
export const bodyDifferences: readonly {
  readonly captures: RegExp;
  readonly paths: readonly string[];
  readonly reason: string;
}[] = [
  {
    captures: /^v4-fn-after-step-error$/u,
    paths: ["ctx.stack.current"],
    reason: "the reference's place in the stack is stale after a checkpoint (sdk-protocol.md §13)",
  },
  {
    captures: /^v4-parallel-(?:chains|race)$/u,
    paths: ["ctx.disable_immediate_execution"],
    reason: "set while something is outstanding, so that a step in flight is never run by a discovery call as well",
  },
  {
    captures: /batched$/u,
    paths: ["event", "events"],
    reason: "the reference stores the events of one request in any order; ours come as they were sent",
  },
  {
    captures: /parallel/u,
    paths: ["ctx.stack"],
    reason: "who of a group ends first is the app's; calls that version 1 makes per member are folded into one",
  },
  {
    captures: /invoker|lifecycle/u,
    paths: [
      "event.data._inngest",
      "events.*.data._inngest",
      "event.data.event.data._inngest",
      "event.data.events.*.data._inngest",
      "events.*.data.event.data._inngest",
      "events.*.data.events.*.data._inngest",
    ],
    reason: "what the reference's tracing writes into events of its own; no SDK reads it",
  },
];
