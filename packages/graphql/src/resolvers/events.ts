// Events, in the old shape and in the new one.
import { isEnded, type Run, type StoredEvent } from "@stepwright/engine";
import { asEventId, environmentId, type EventId, isUlid } from "@stepwright/protocol";
import type { Context } from "../context.ts";
import { fullText, sentText } from "../event-words.ts";
import { notFound } from "../failure.ts";
import type { Resolve, TypeResolvers } from "../resolver.ts";

interface EventArgs {
  readonly query: { readonly eventId: string };
}

const event: Resolve<unknown, EventArgs> = (_, { query }, context) => theEvent(query.eventId, context);

const eventV2: Resolve<unknown, { readonly id: string }> = (_, { id }, context) => theEvent(id, context);

const eventFields = {
  id: ({ internalId }) => internalId,
  externalID: ({ id }) => id,
  workspace: () => ({ id: "local" }),
  createdAt: ({ ts }) => ts,
  payload: (source, _, { dataOf }) => dataOf(source),
  schema: () => null,
  status: async (source, _, context) => eventStatus(await ownRuns(source, context)),
  pendingRuns: async (source, _, context) =>
    (await ownRuns(source, context)).filter(({ status }) => !isEnded(status)).length,
  totalRuns: async (source, _, context) => (await ownRuns(source, context)).length,
  raw: async (source, _, { dataOf }) => sentText(source, await dataOf(source)),
  // Clients take null, not an empty list, for a run that has not come yet.
  functionRuns: async (source, _, context) => {
    const runs = await ownRuns(source, context);
    return runs.length === 0 ? null : runs;
  },
} satisfies Readonly<Record<string, Resolve<StoredEvent, unknown>>>;

const eventV2Fields = {
  envID: () => environmentId,
  id: ({ internalId }) => internalId,
  idempotencyKey: ({ id }) => id,
  occurredAt: ({ ts }) => ts,
  raw: async (source, _, { dataOf }) => fullText(source, await dataOf(source)),
  runs: ({ internalId }, _, { startedBy }) => startedBy(internalId),
  source: () => null,
  version: ({ v }) => v ?? "",
} satisfies Readonly<Record<string, Resolve<StoredEvent, unknown>>>;

/** The runs that an event alone is shown with: a batch goes with its first event, and what was skipped with none. */
async function ownRuns({ internalId }: StoredEvent, { startedBy }: Context): Promise<readonly Run[]> {
  const runs = await startedBy(internalId);
  return runs.filter((run) => run.triggerEventId === internalId && run.status !== "skipped");
}

function eventStatus(runs: readonly Run[]): string {
  if (runs.length === 0) return "NO_FUNCTIONS";
  if (runs.some(({ status }) => !isEnded(status))) return "RUNNING";
  const failed = runs.filter(({ status }) => status === "failed").length;
  if (failed === 0) return "COMPLETED";
  return failed === runs.length ? "FAILED" : "PARTIALLY_FAILED";
}

async function theEvent(id: string, { runtime }: Context): Promise<StoredEvent> {
  const eventId: EventId = asEventId(id);
  const found = isUlid(id) ? await runtime.storage.events.byInternalId(eventId) : null;
  if (found === null) throw notFound("event", id);
  return found;
}

/** The resolvers of events. */
export const eventResolvers: Readonly<Record<string, TypeResolvers>> = {
  Query: { event, eventV2 },
  Event: eventFields,
  EventV2: eventV2Fields,
};
