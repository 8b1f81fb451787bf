// Batches: no more events than fit, all with the same key.
import type { Checker } from "../witness.ts";
import type { CheckSurroundings, Report } from "./surroundings.ts";

/** Makes the checker. */
export function batchesHold({ functionOf, originOf }: CheckSurroundings, report: Report): Checker {
  return {
    name: "batches hold",
    called(call) {
      const { events } = call.seen;
      const { batch } = functionOf(originOf(call.runId)).options;
      if (events.length > (batch?.maxSize ?? 1))
        report(
          `run ${call.runId} of ${call.fn.slug} has ${events.length} events, at most ${batch?.maxSize ?? 1} go together`,
        );
      if (batch?.isKeyed === true && events.some((event) => event.data.user !== call.user))
        report(`run ${call.runId} of ${call.fn.slug} has events of different keys`);
    },
  };
}
