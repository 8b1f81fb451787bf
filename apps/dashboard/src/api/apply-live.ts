// Brings pushed changes into the cache: what is on the screen is read again, the rest is
// marked and read when it is looked at. Lists look after themselves (see live-list.ts).
import type { ApiEventDetail, ApiLiveMessage, ApiRun } from "@stepwright/protocol";
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import type { LiveFeed } from "./live-feed.ts";
import { keys } from "./queries.ts";
import { createThrottle, type Throttle } from "./throttle.ts";

// A run with many steps changes many times a second; this is as often as an eye can follow.
const detailMs = 200;
// Figures of the whole server are read with every change of any run.
const infoMs = 2_000;
// So is the queue that is looked at: a message does not say whose run has changed.
const queueMs = 500;

/** Applies what the feed pushes to the cache; returns what ends it. */
export function applyLive(client: QueryClient, feed: LiveFeed): () => void {
  const throttles = new Map<string, Throttle>();
  const unsubscribe = feed.subscribe((message) => {
    for (const { key, intervalMs } of concerned(client, message)) {
      const name = JSON.stringify(key);
      const throttle = throttles.get(name) ?? createThrottle(intervalMs);
      throttles.set(name, throttle);
      throttle.run(() => void readAgain(client, key));
    }
  });
  return () => {
    unsubscribe();
    for (const throttle of throttles.values()) throttle.stop();
  };
}

/** What is being read just now may have been read before the change: then it is read once more. */
async function readAgain(client: QueryClient, key: QueryKey): Promise<void> {
  const filter = { queryKey: key, exact: true };
  const isInFlight = client.isFetching(filter) > 0;
  await client.invalidateQueries(filter, { cancelRefetch: false });
  if (isInFlight) await client.invalidateQueries(filter, { cancelRefetch: false });
}

/** The cached queries a message concerns. */
function concerned(
  client: QueryClient,
  message: ApiLiveMessage,
): readonly { readonly key: QueryKey; readonly intervalMs: number }[] {
  const changed = message.kind === "changes" ? new Set(message.runs.map((run) => run.id)) : null;
  return client
    .getQueryCache()
    .getAll()
    .filter(
      ({ queryKey, state }) =>
        queryKey[0] !== keys.list && (message.kind === "reset" || isConcerned(queryKey, state.data, message, changed)),
    )
    .map(({ queryKey }) => ({ key: queryKey, intervalMs: intervalOf(queryKey) }));
}

function intervalOf([kind]: QueryKey): number {
  switch (kind) {
    case keys.info:
      return infoMs;
    case keys.queue:
      return queueMs;
    default:
      return detailMs;
  }
}

function isConcerned(
  [kind, id]: QueryKey,
  data: unknown,
  message: Extract<ApiLiveMessage, { kind: "changes" }>,
  changed: ReadonlySet<string> | null,
): boolean {
  switch (kind) {
    case keys.info:
      return true;
    case keys.run:
      return (
        (typeof id === "string" && changed?.has(id) === true) ||
        isFreed(data as ApiRun | undefined, message) ||
        hasRerun(data as ApiRun | undefined, changed)
      );
    case keys.event:
      return (
        // What is not known yet may be concerned by anything.
        data === undefined ||
        message.hasNewEvents ||
        hasRunOf(data as ApiEventDetail | undefined, changed) ||
        startsRuns(data as ApiEventDetail | undefined, message)
      );
    case keys.queue:
      return message.runs.length > 0 || message.haveAppsChanged;
    case keys.functions:
    case keys.apps:
      return message.haveAppsChanged;
    default:
      return false;
  }
}

/** What a run waits for may be free when a run that holds it has changed; without a known holder, when anything has. */
function isFreed(run: ApiRun | undefined, message: Extract<ApiLiveMessage, { kind: "changes" }>): boolean {
  return (run?.doing ?? []).some(
    ({ waitsFor }) =>
      waitsFor !== null &&
      (waitsFor.holders.length === 0 || message.runs.some(({ id }) => waitsFor.holders.includes(id))),
  );
}

function hasRerun(run: ApiRun | undefined, changed: ReadonlySet<string> | null): boolean {
  return (run?.reruns ?? []).some(({ runId }) => changed?.has(runId));
}

function hasRunOf(event: ApiEventDetail | undefined, changed: ReadonlySet<string> | null): boolean {
  return [...(event?.runs ?? []), ...(event?.matches ?? [])].some((run) => changed?.has(run.runId));
}

/** A message does not say which event began a run; a new event may have begun any that was just queued. */
function startsRuns(event: ApiEventDetail | undefined, message: Extract<ApiLiveMessage, { kind: "changes" }>): boolean {
  const known = new Set(event?.runs.map((run) => run.runId));
  return message.runs.some((run) => run.status === "queued" && !known.has(run.id));
}
