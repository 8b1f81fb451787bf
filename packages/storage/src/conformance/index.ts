// The conformance suite: what every implementation of the contract must do, by topic.
import { describe } from "vitest";
import { describeAdmissions } from "./admissions.ts";
import { describeAppSpans } from "./app-spans.ts";
import { describeCancellations } from "./cancellations.ts";
import { describeCommit } from "./commit.ts";
import { describeEvents } from "./events.ts";
import { describeGateProperties } from "./gate-properties.ts";
import { describeGateTurns } from "./gate-turns.ts";
import { describeGates } from "./gates.ts";
import { describeLeases } from "./leases.ts";
import { describeLists } from "./lists.ts";
import { describePauseProperties } from "./pause-properties.ts";
import { describePauses } from "./pauses.ts";
import { describeQueue } from "./queue.ts";
import { describeRegistry } from "./registry.ts";
import { describeRetention } from "./retention.ts";
import { describeRuns } from "./runs.ts";
import { describeSearch } from "./search.ts";
import type { OpenStorage } from "./subject.ts";
import { describeTimedLists } from "./timed-lists.ts";

/** Rows for what only one implementation can be tested for. */
export * as samples from "./samples.ts";
export type { OpenedStorage, OpenStorage } from "./subject.ts";

/** Runs the suite with Vitest. Every test opens an empty store of its own, so files may run in parallel. */
export function describeStorage(name: string, open: OpenStorage): void {
  describe(name, () => {
    describeEvents(open);
    describeRuns(open);
    describeCommit(open);
    describeQueue(open);
    describeLeases(open);
    describeGates(open);
    describeGateProperties(open);
    describeGateTurns(open);
    describeAdmissions(open);
    describePauses(open);
    describePauseProperties(open);
    describeLists(open);
    describeTimedLists(open);
    describeRegistry(open);
    describeAppSpans(open);
    describeCancellations(open);
    describeRetention(open);
    describeSearch(open);
  });
}
