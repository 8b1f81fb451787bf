// Bulk cancellations: asked for, worked through a part at a time, taken back.
import {
  askForCancellation,
  cancelInBulk,
  cancelledPiece,
  conditionOf,
  isMeant,
  type Cancellation,
  type LeasedItem,
  type Run,
  type Work,
} from "@stepwright/engine";
import { checkExpression } from "@stepwright/expressions";
import {
  cancellationInvalid,
  cancellationNotFound,
  expressionInvalid,
  functionNotFound,
  parseJsonText,
  type RunId,
} from "@stepwright/protocol";
import type { RunFilter } from "@stepwright/storage";
import type { Committer } from "./committer.ts";
import { eachRun } from "./each-run.ts";
import { eventText } from "./event-payload.ts";
import { backlogPerItem, previewRunsMax } from "./limits.ts";
import type { Decided, RunBox } from "./run-box.ts";
import type { CancellationControl, CancellationPreview, CancellationRequest } from "./runtime.ts";
import type { Shell } from "./shell.ts";
import { refuseFailed } from "./storage-trouble.ts";

/** Makes the control of bulk cancellations. */
export function createCancellationControl(shell: Shell, committer: Committer): CancellationControl {
  const { storage, clock } = shell.ports;
  return {
    async ask(request) {
      const cancellation = checked(shell, request);
      refuseFailed(await committer.submit(askForCancellation(cancellation)));
      return cancellation;
    },
    preview: async (request) => preview(shell, checked(shell, request)),
    async remove(id) {
      if ((await storage.cancellations.get(id)) === null) throw cancellationNotFound({ cancellationId: id });
      refuseFailed(await committer.submit({ guards: [], effects: [{ kind: "removeCancellation", id }] }));
    },
  };

  function checked(
    { registry, newId }: Shell,
    { functionSlug, startedAfter, startedBefore, if: condition }: CancellationRequest,
  ): Cancellation {
    const fn = registry().functionsBySlug.get(functionSlug);
    if (fn === undefined) throw functionNotFound({ functionSlug });
    const now = clock.now();
    if (startedBefore > now) throw cancellationInvalid({ reason: "started_before must be in the past" });
    if (startedAfter !== null && startedAfter >= startedBefore)
      throw cancellationInvalid({ reason: "started_after must be before started_before" });
    const reason = condition === null ? null : checkExpression(condition, "trigger");
    if (condition !== null && reason !== null) throw expressionInvalid({ expression: condition, reason });
    return {
      id: newId(),
      functionId: fn.id,
      startedAfter,
      startedBefore,
      if: condition,
      createdAt: now,
      endedAt: null,
      cancelled: 0,
    };
  }
}

async function preview(shell: Shell, cancellation: Cancellation): Promise<CancellationPreview> {
  const { storage } = shell.ports;
  let runs = 0;
  let looked = 0;
  let cursor: string | null = null;
  do {
    const page = await storage.runs.list(runsOf(cancellation), { cursor, limit: backlogPerItem });
    runs += cancellation.if === null ? page.items.length : await countMeant(shell, cancellation, page.items);
    looked += page.items.length;
    cursor = page.nextCursor;
  } while (cursor !== null && looked < previewRunsMax);
  return { runs, looked, isMore: cursor !== null };
}

async function countMeant({ ports }: Shell, cancellation: Cancellation, runs: readonly Run[]): Promise<number> {
  const condition = conditionOf(cancellation);
  const events = await ports.storage.runs.eventsOf(runs.map(({ id }) => id));
  const now = ports.clock.now();
  const verdicts = await Promise.all(
    runs.map(async ({ id }) => {
      const first = events.get(id)?.[0];
      if (first === undefined) return false;
      return isMeant(condition, { event: parseJsonText(await eventText(ports.storage, first)), now });
    }),
  );
  return verdicts.filter(Boolean).length;
}

/** The runs to look at, whether they are meant or not. */
function runsOf({ functionId, startedAfter, startedBefore }: Cancellation): RunFilter {
  return {
    functionId,
    statuses: ["queued", "running"],
    queuedBefore: startedBefore,
    ...(startedAfter === null ? {} : { queuedFrom: startedAfter }),
  };
}

/** Works through a part of a cancellation; what is left goes on from the same item. One that was taken back has none left. */
export async function workOnCancellation(
  shell: Shell,
  deps: { readonly box: RunBox; readonly committer: Committer },
  item: LeasedItem,
  work: Extract<Work, { kind: "cancellation" }>,
): Promise<Decided> {
  const { storage, clock } = shell.ports;
  const cancellation = await storage.cancellations.get(work.cancellationId);
  if (cancellation === null) return { kind: "nothing" };
  const page = await storage.runs.list(runsOf(cancellation), { cursor: work.before, limit: backlogPerItem });
  const condition = conditionOf(cancellation);
  const take = (runId: RunId): Promise<Decided> =>
    deps.box.decide(runId, (state) => cancelInBulk(state, shell.context(), { cancellation, condition }));
  const decided = await eachRun(
    shell,
    page.items.map(({ id }) => id),
    take,
  );
  const outcome = await deps.committer.submitUntilWritten(
    cancelledPiece(item, {
      work,
      cancellation,
      piece: {
        cancelled: decided.filter(({ kind }) => kind === "committed").length,
        last: page.nextCursor === null ? null : (page.items.at(-1)?.id ?? null),
      },
      now: clock.now(),
    }),
  );
  return outcome.kind === "failed" ? { kind: "refused", error: outcome.error } : { kind: "done" };
}
