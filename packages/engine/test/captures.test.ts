// Golden captures: our core, given the answers of the published SDKs, asks what the reference asked.
import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { isEnded } from "../src/index.ts";
import { type MadeCall, normalise, replay, type Replay, runNames } from "./capture-replay.ts";
import { type Capture, callsOf, readCallCaptures } from "./captured-functions.ts";

/** Fields of a request's `ctx` in which we differ on purpose. */
const differences: Readonly<Record<string, { readonly fields: readonly string[]; readonly reason: string }>> = {
  "v4-fn-after-step-error.json": {
    fields: ["stack.current"],
    reason: "the reference's place in the stack is stale after a checkpoint (sdk-protocol.md §13)",
  },
  "v4-parallel-chains.json": {
    fields: ["disable_immediate_execution"],
    reason: "the reference keeps the flag when a sleep, not a step, ends a group; nothing is outstanding then",
  },
  "v4-parallel-race.json": {
    fields: ["disable_immediate_execution"],
    reason: "while steps are open we set the flag, so that a step in flight is never run by a discovery call as well",
  },
};
const batchedDifference = {
  fields: ["events.order"],
  reason: "the reference stores the events of one request side by side, in any order; ours come as they were sent",
};
const foldedDifference = { fields: ["stack.current", "stack.order"] };

const captures = readCallCaptures();

describe.each(captures)("$file", (capture) => {
  const played = replay(capture);

  it("asks what the reference asked", () => {
    for (const made of played.made) {
      if (made.recorded === null) continue;
      const known = capture.file.includes("batched") ? batchedDifference : differences[capture.file];
      const fields = (isFolding(capture) ? foldedDifference : known)?.fields ?? [];
      const ours = requestOf(made.body, fields, played);
      expect(ours).toEqual(requestOf(made.recorded.body, fields, played));
    }
  });

  it("makes the reference's calls", () => {
    const ours = played.made.filter((made) => made.recorded !== null).map((made) => keyOf(made.recorded));
    expect(new Set(ours)).toEqual(new Set(callsOf(capture).map(keyOf)));
    const folded = played.made.filter((made) => made.recorded === null);
    if (!isFolding(capture)) {
      expect(ours).toHaveLength(callsOf(capture).length);
      expect(folded).toEqual([]);
    }
  });

  it("ends each run as the reference did, with one final call", () => {
    for (const run of played.runs.filter((one) => isEnded(one.status) && one.status !== "cancelled")) {
      expect(played.made.filter((made) => made.runId === run.id && made.isFinal)).toHaveLength(1);
    }
    const [recorded] = capture.final_runs ?? [];
    if (recorded === undefined) return;
    const [first] = played.runs;
    expect(first?.status).toBe(recorded.status.toLowerCase());
    // The reference's API shows an empty object for a run that has no output.
    if (recorded.status === "Failed") expect(first?.output).toBe(canonicalJson(recorded.output));
  });
});

describe("the captures together", () => {
  it("are all there", () => {
    expect(captures.length).toBeGreaterThanOrEqual(87);
  });
});

/** Version 1 calls the function after every member of a group; ours folds these calls (design: precedence). */
function isFolding(capture: Capture): boolean {
  return callsOf(capture).some(({ body }) => {
    const ctx = body["ctx"];
    return body["version"] === 1 && isJsonObject(ctx) && ctx["disable_immediate_execution"] === true;
  });
}

function keyOf(call: MadeCall["recorded"]): string {
  return call === null ? "" : [call.runId, call.stepId, call.attempt, ...[...call.stack].sort()].join(" ");
}

/** A request without what differs between servers, and between us and the reference on purpose. */
function requestOf(body: JsonObject, without: readonly string[], played: Replay): JsonValue {
  const request = normalise(body, runNames(played.recordedRunIds));
  const ctx = isJsonObject(request) ? request["ctx"] : undefined;
  const stack = isJsonObject(ctx) ? ctx["stack"] : undefined;
  if (!isJsonObject(ctx) || !isJsonObject(stack)) return request;
  const ids = stack["stack"];
  if (without.includes("events.order") && isJsonObject(request)) sortEvents(request);
  if (without.includes("stack.current")) delete stack["current"];
  if (without.includes("stack.order") && Array.isArray(ids)) stack["stack"] = ids.map(String).toSorted();
  for (const field of without) delete ctx[field];
  return request;
}

/** Brings the events of a batch into the order of their data. */
function sortEvents(request: JsonObject): void {
  const events = request["events"];
  if (!Array.isArray(events)) return;
  const sorted = events.toSorted((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
  request["events"] = sorted;
  request["event"] = sorted[0] ?? null;
}
