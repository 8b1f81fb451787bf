// The site that steps of a simulated world fetch from: it answers, refuses, breaks off and hangs.
import type { OutgoingRequest, OutgoingResult } from "@stepwright/runtime";
import type { Faults, FetchFault } from "./faults.ts";
import type { FetchRecord, Records } from "./records.ts";
import type { ServerProcess } from "./server.ts";
import type { SimulatedClock } from "./simulated-clock.ts";
import type { SeenFetch } from "./witness.ts";

const origin = "http://site.test";

/** Where a step fetches from: its own place, so that nobody can get the answer of another. */
export function fetchUrlOf(runId: string, step: { readonly id: string; readonly isAi: boolean }): string {
  return `${origin}/${runId}/${step.id}/${step.isAi ? "ai" : "http"}`;
}

/** Says whether a request is for the site. */
export function isOfSite(url: string): boolean {
  return url.startsWith(`${origin}/`);
}

/** The site. */
export interface Site {
  request(process: ServerProcess, outgoing: OutgoingRequest, signal: AbortSignal): Promise<OutgoingResult>;
}

/** What the site needs of the world around it. */
export interface SiteOptions {
  readonly clock: SimulatedClock;
  readonly faults: Faults;
  readonly records: Records;
  readonly say: (line: string) => void;
  readonly onActivity: () => void;
  readonly onFetch: (fetch: SeenFetch) => void;
}

/** Makes the site. */
export function createSite({ clock, faults, records, say, onActivity, onFetch }: SiteOptions): Site {
  let answered = 0;

  const recordOf = (key: string): FetchRecord => {
    const record = records.fetches.get(key) ?? { answers: [], failures: [], waiting: new Set() };
    records.fetches.set(key, record);
    return record;
  };
  const answer = (fault: FetchFault | null): OutgoingResult => {
    if (fault === "unreachable") return { kind: "failed", code: "APP_UNREACHABLE", message: "ECONNREFUSED" };
    if (fault === "lost") return { kind: "failed", code: "APP_CONNECTION_LOST", message: "the connection ended" };
    answered += 1;
    return { kind: "response", status: fault === "error" ? 500 : 200, headers: {}, body: `"answer ${answered}"` };
  };

  return {
    request(process, outgoing, signal) {
      onActivity();
      const [runId = "", stepId = "", kind = ""] = new URL(outgoing.url).pathname.slice(1).split("/");
      const record = recordOf(`${runId} ${stepId}`);
      const { boot } = process;
      onFetch({ boot, runId, stepId, isAi: kind === "ai", body: outgoing.body ?? "" });
      record.waiting.add(boot);
      const fault = faults.fetch();
      say(`fetch ${stepId} of ${runId}${fault === null ? "" : ` (${fault})`}`);
      return new Promise((resolve) => {
        let isOver = false;
        const end = (result: OutgoingResult) => {
          if (isOver) return;
          isOver = true;
          record.waiting.delete(boot);
          if (process.isDead) return;
          onActivity();
          // A step of an app gets whatever the site says; an AI that does not answer with success has failed.
          const hasFailed = result.kind === "failed" || (kind === "ai" && result.status > 299);
          if (hasFailed) record.failures.push({ boot, at: clock.now() });
          else record.answers.push(result.body);
          resolve(result);
        };
        signal.addEventListener("abort", () =>
          end({ kind: "failed", code: "APP_CONNECTION_LOST", message: "the request was given up" }),
        );
        clock.after(outgoing.timeoutMs, () => end({ kind: "failed", code: "APP_TIMEOUT", message: "no answer" }));
        if (fault !== "hangs") clock.after(faults.latencyMs(), () => end(answer(fault)));
      });
    },
  };
}
