// Runs in the old shape, which test suites poll until a run has ended.
import { isEnded, type Run } from "@stepwright/engine";
import { isUlid } from "@stepwright/protocol";
import { failure } from "../failure.ts";
import type { Resolve, TypeResolvers } from "../resolver.ts";
import { outputText, statusWord } from "../run-words.ts";
import { batchTime, findRun } from "./runs.ts";

interface FunctionRunArgs {
  readonly query: { readonly functionRunId: string };
}

const functionRun: Resolve<unknown, FunctionRunArgs> = async (_, { query }, context) => {
  const id = query.functionRunId;
  if (id === "") throw failure("function run id is required");
  if (!isUlid(id)) throw failure(`invalid run ID: ${id}`);
  const run = await findRun(id, context);
  if (run === null) throw failure("not found");
  return run;
};

const functionRunFields = {
  functionID: ({ functionId }) => functionId,
  function: ({ functionId }, _, { fn }) => fn(functionId),
  workspace: () => ({ id: "local" }),
  event: async ({ id }, _, { eventsOf }) => (await eventsOf(id))[0] ?? null,
  events: ({ id }, _, { eventsOf }) => eventsOf(id),
  eventID: ({ triggerEventId }) => triggerEventId,
  batchID: ({ batchId }) => batchId,
  batchCreatedAt: ({ batchId }) => batchTime(batchId),
  // This shape knows no run that has not begun.
  status: ({ status }) => statusWord(status === "queued" ? "running" : status),
  waitingFor: () => null,
  pendingSteps: async ({ id, status }, _, { openOf }) => {
    if (isEnded(status)) return 0;
    const items = (await openOf(id))?.items ?? [];
    return Math.max(items.filter(({ kind }) => kind !== "runTimeout").length, 1);
  },
  startedAt: ({ queuedAt }) => queuedAt,
  finishedAt: ({ endedAt }) => endedAt,
  output: (run) => oldOutput(run),
  history: () => [],
  historyItemOutput: () => null,
} satisfies Readonly<Record<string, Resolve<Run, unknown>>>;

function oldOutput(run: Run): string | null {
  switch (run.status) {
    case "completed":
      return run.output ?? "null";
    case "cancelled":
    case "skipped":
      return "{}";
    case "failed":
    case "queued":
    case "running":
      return outputText(run);
  }
}

/** The resolvers of runs in the old shape. */
export const functionRunResolvers: Readonly<Record<string, TypeResolvers>> = {
  Query: { functionRun },
  FunctionRun: functionRunFields,
};
