// The W3C trace context of a call: what an app's OpenTelemetry joins its spans to, and without which SDK v4 gathers no
// figures of AI. Both parts follow from ids that are there, so that a trace is found by its run and nothing is stored.
import { isUlid } from "./ids.ts";

/** Writes `traceparent`: the run is the trace, the request is the span that calls. Null for ids that are no ULIDs. */
export function traceparentOf(o: { readonly runId: string; readonly requestId: string }): string | null {
  return isUlid(o.runId) && isUlid(o.requestId) ? `00-${hexOf(o.runId)}-${hexOf(o.requestId).slice(16)}-01` : null;
}

/** Writes `tracestate`: whose call it is, in the words of the reference. */
export function tracestateOf(o: { readonly functionId: string; readonly appId: string }): string {
  return `inngest@fn=${o.functionId},inngest@app=${o.appId}`;
}

const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const valueOf: readonly number[] = Array.from({ length: 128 }, (_, code) => digits.indexOf(String.fromCharCode(code)));

/** The 128 bits of a ULID: its first two characters hold eight, each four after them twenty. */
function hexOf(ulid: string): string {
  let hex = groupHex(ulid, { from: 0, to: 2, length: 2 });
  for (let from = 2; from < ulid.length; from += 4) hex += groupHex(ulid, { from, to: from + 4, length: 5 });
  return hex;
}

function groupHex(
  ulid: string,
  { from, to, length }: { readonly from: number; readonly to: number; readonly length: number },
): string {
  let value = 0;
  for (let at = from; at < to; at += 1) value = value * 32 + (valueOf[ulid.charCodeAt(at)] ?? 0);
  return value.toString(16).padStart(length, "0");
}
