// Answers that no SDK gives: what proxies, crashes and bugs make of them.
import type { AppHttpResponse } from "@stepwright/protocol";
import type { OutgoingResult } from "@stepwright/runtime";
import type { CallFault } from "./faults.ts";

/** What the fault makes of an answer. */
export function garble(response: AppHttpResponse, fault: CallFault | null): AppHttpResponse {
  switch (fault) {
    case "notJson":
      return { ...response, status: 206, body: "<p>not JSON</p>" };
    case "wrongOps":
      return { ...response, status: 206, body: JSON.stringify([{ op: "StepTeleport", id: "s1" }, 5]) };
    case "notSdk":
      return { status: 200, headers: { "content-type": "text/html" }, body: "<h1>Welcome</h1>" };
    case "partialBody":
      return response.status === 206 ? { ...response, body: response.body.slice(0, -3) } : response;
    case "nothing":
      return { ...response, status: 206, body: "[]" };
    case "error500":
      return {
        ...response,
        status: 500,
        headers: { ...response.headers, "x-inngest-no-retry": "false" },
        body: JSON.stringify({ name: "Error", message: "the app broke" }),
      };
    case "proxy503":
      return { status: 503, headers: { "content-type": "text/html" }, body: "<h1>Service Unavailable</h1>" };
    case "unreachable":
    case "lostBefore":
    case "lostAfter":
    case "hangs":
    case "late":
    case "twice":
    case null:
      return response;
  }
}

/** How a request ends that gets no answer. */
export function failureOf(fault: "unreachable" | "lostBefore" | "lostAfter"): OutgoingResult {
  return fault === "unreachable"
    ? { kind: "failed", code: "APP_UNREACHABLE", message: "ECONNREFUSED" }
    : { kind: "failed", code: "APP_CONNECTION_LOST", message: "the connection ended before the answer did" };
}
