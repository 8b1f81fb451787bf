// Why an event has started nothing.
import type { ApiEventDetail, ApiFunction } from "@stepwright/protocol";
import { nearest } from "../nearest.ts";
import { fateText } from "../remote/started-runs.ts";
import type { Finding } from "./finding.ts";

/** Finds it. What became of its runs is a question to each of them. */
export function findInEvent(event: ApiEventDetail, functions: readonly ApiFunction[]): readonly Finding[] {
  const { name, internalId, runs, fates, matches } = event;
  if (fates.length > 0)
    return fates.map((fate) => ({
      code: fate.kind === "notStarted" ? "EVENT_NOT_STARTED" : "EVENT_WAITS",
      says: `event ${internalId} ${fateText(fate)}`,
      fix:
        fate.kind === "notStarted"
          ? `Change that option of the function, or send the event again: stepwright send ${name}`
          : `Wait until then`,
    }));
  if (runs.length + matches.length > 0) return [];
  const triggers = functions.flatMap((fn) => fn.triggers.map((trigger) => ({ fn, trigger })));
  const listener = triggers.find(({ trigger }) => trigger.event === name);
  if (listener !== undefined)
    return [
      {
        code: "EVENT_NOT_MATCHED",
        says: `event ${internalId} started no run of ${listener.fn.slug}, whose condition it did not fulfil: ${listener.trigger.expression ?? "it was registered later"}`,
        fix: `Send it with data that fits: stepwright send ${name} --data '{…}'`,
      },
    ];
  const meant = nearest(
    name,
    triggers.flatMap(({ trigger }) => trigger.event ?? []),
  );
  return [
    {
      code: "EVENT_UNKNOWN",
      says: `no function listens to "${name}"${meant === null ? "" : `, but one does to "${meant}"`}`,
      fix: meant === null ? `stepwright functions list` : `stepwright send ${meant}`,
    },
  ];
}
