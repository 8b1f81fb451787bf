// The app client of a test engine: between the engine and the apps sit the test's stubs and faults.
import { isJsonObject, type JsonValue, tryParseJson } from "@stepwright/protocol";
import type { AppClient, Clock, OutgoingRequest, OutgoingResult } from "@stepwright/runtime";
import { type Call, readCall } from "./call.ts";
import type { FaultPlan } from "./faults.ts";
import type { StepNames } from "./step-names.ts";
import type { Stubs } from "./stubs.ts";

/** What the client is made of. */
export interface InterferingAppsOptions {
  readonly apps: AppClient;
  readonly clock: Clock;
  readonly names: StepNames;
  readonly stubs: Stubs;
  readonly faults: FaultPlan;
  /** The id of the app at a URL; null when none is registered there. */
  readonly appAt: (url: string) => string | null;
  /** An answer waits for the clock now. */
  readonly onAsleep: () => void;
}

/** Makes the client. */
export function createInterferingApps(options: InterferingAppsOptions): AppClient {
  const { apps, clock, names, stubs, faults } = options;
  let asleep = 0;

  const isAway = (url: string): boolean =>
    faults.away.size > 0 && (faults.away.has(null) || faults.away.has(options.appAt(url)));

  const wait = async (ms: number, signal: AbortSignal): Promise<void> => {
    if (ms <= 0) return;
    asleep += 1;
    options.onAsleep();
    try {
      await clock.sleep(ms, signal);
    } finally {
      asleep -= 1;
    }
  };

  /** The app's answer, or that of a stub in its place. */
  const answer = async (call: Call, signal: AbortSignal): Promise<OutgoingResult> => {
    const verdict = stubs.verdictOn(call);
    const result = verdict.answer ?? (await askApp(call, signal));
    await wait(verdict.takesMs, signal);
    return result;
  };

  const askApp = async (call: Call, signal: AbortSignal): Promise<OutgoingResult> => {
    const plansSteps = stubs.concern(call.functionSlug) || faults.concern(call.functionSlug);
    const request = plansSteps ? planningSteps(call.request) : call.request;
    const result = await apps.request(tellingTime(request, clock.now()), signal);
    return result.kind === "response" && result.status === 206 ? { ...result, body: opsOf(call, result.body) } : result;
  };

  /** Notes what the steps of an answer are called, and plans those that are stubbed. */
  const opsOf = (call: Call, body: string): string => {
    const ops = tryParseJson(body);
    if (!Array.isArray(ops)) return body;
    const rewritten = ops.map((op: JsonValue) => {
      if (!isJsonObject(op)) return op;
      names.note(call.runId, op);
      return stubs.rewrite(call, op);
    });
    return rewritten.every((op, index) => op === ops[index]) ? body : JSON.stringify(rewritten);
  };

  const withFault = async (call: Call, signal: AbortSignal): Promise<OutgoingResult> => {
    const fault = faults.next(call);
    switch (fault?.kind) {
      case undefined:
        return answer(call, signal);
      case "answer":
        return foreign(fault.status);
      case "delay": {
        const result = await answer(call, signal);
        await wait(fault.ms, signal);
        return result;
      }
      case "duplicate": {
        const [first] = await Promise.all([answer(call, signal), answer(call, signal)]);
        return first;
      }
      case "drop":
        await answer(call, signal);
        return { kind: "failed", code: "APP_CONNECTION_LOST", message: "the answer was lost: a fault of the test" };
    }
  };

  return {
    async request(request, signal) {
      if (isAway(request.url)) return nobodyListens(request);
      const call = readCall(request);
      return call === null ? apps.request(request, signal) : withFault(call, signal);
    },
    get asleep() {
      return asleep;
    },
    isPortOpen: (port) => apps.isPortOpen(port),
    isReachable: async (url) => !isAway(url) && apps.isReachable(url),
    close: () => apps.close(),
  };
}

/**
 * Tells an app in another process what time it is. Its code has the real time, and some SDKs reckon with that: Python's sends the
 * end of `step.sleep` as a point in time. A test can have its clock follow the engine's by this.
 */
function tellingTime(request: OutgoingRequest, now: number): OutgoingRequest {
  return { ...request, headers: { ...request.headers, [timeHeader]: String(now) } };
}

/** Milliseconds since 1970. */
const timeHeader = "x-stepwright-now";

/** Tells the app to run no step until it is called for it. */
function planningSteps(request: OutgoingRequest): OutgoingRequest {
  const body = tryParseJson(request.body ?? "");
  if (!isJsonObject(body) || !isJsonObject(body["ctx"])) return request;
  return { ...request, body: JSON.stringify({ ...body, ctx: { ...body["ctx"], disable_immediate_execution: true } }) };
}

function nobodyListens({ url }: OutgoingRequest): OutgoingResult {
  const { host } = new URL(url);
  return { kind: "failed", code: "APP_UNREACHABLE", message: `connection to ${host} refused: the app has gone away` };
}

/** As a proxy answers: without the SDK's headers. */
function foreign(status: number): OutgoingResult {
  return {
    kind: "response",
    status,
    headers: { "content-type": "text/plain" },
    body: `status ${status}: a fault of the test`,
  };
}
