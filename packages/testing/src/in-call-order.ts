// Steps that run side by side take what they take in real time, and their answers come in an order of chance. On a clock that
// stands still this order is all that tells them apart: here they come in the order in which they were called for.
import type { AppClient, OutgoingResult } from "@stepwright/runtime";
import { readCall } from "./interference/call.ts";

/** Real milliseconds that an answer is held for earlier ones. A test may look at one step while another one waits for the test. */
const heldMsMax = 50;

// Tests may fake the timers later on.
const { setTimeout, clearTimeout } = globalThis;

/** Makes a client that hands out the answers of one run in the order of its calls. */
export function createInCallOrder(apps: AppClient): AppClient {
  /** The last call of each run that is in flight, which the next one comes after. */
  const last = new Map<string, Promise<void>>();

  const inOrder = async (runId: string, answer: Promise<OutgoingResult>): Promise<OutgoingResult> => {
    const before = last.get(runId);
    const mine = Promise.withResolvers<void>();
    last.set(runId, mine.promise);
    try {
      const result = await answer;
      if (before !== undefined) await atMost(before, heldMsMax);
      return result;
    } finally {
      mine.resolve();
      if (last.get(runId) === mine.promise) last.delete(runId);
    }
  };

  return {
    ...apps,
    request(request, signal) {
      const call = readCall(request);
      const answer = apps.request(request, signal);
      return call === null ? answer : inOrder(call.runId, answer);
    },
  };
}

async function atMost(promise: Promise<void>, ms: number): Promise<void> {
  const timeout = Promise.withResolvers<void>();
  const timer = setTimeout(timeout.resolve, ms);
  await Promise.race([promise, timeout.promise]);
  clearTimeout(timer);
}
