// What pages tell the server to do. What changes comes back over the live feed.
import type {
  ApiApp,
  ApiCancellation,
  ApiCancellationRequest,
  ApiRetried,
  ApiSent,
  JsonValue,
} from "@stepwright/protocol";
import { callApi } from "./request.ts";

/** An event to send. */
export interface OutgoingEvent {
  readonly name: string;
  readonly data: JsonValue;
  readonly id?: string;
}

/** Sends one event; resolves with its internal id. */
export async function sendEvent(event: OutgoingEvent): Promise<string | null> {
  const { ids } = await callApi<ApiSent>("POST", "/api/events", event);
  return ids[0] ?? null;
}

/** Starts one function with the given data; resolves with the internal id of the event that does so. */
export async function invokeFunction(slug: string, data: JsonValue): Promise<string | null> {
  const { ids } = await callApi<ApiSent>("POST", `/api/functions/${encodeURIComponent(slug)}/invoke`, { data });
  return ids[0] ?? null;
}

/** Cancels a run; false when it had ended already. */
export async function cancelRun(runId: string): Promise<boolean> {
  const { cancelled } = await callApi<{ readonly cancelled: boolean }>(
    "POST",
    `/api/runs/${encodeURIComponent(runId)}/cancel`,
  );
  return cancelled;
}

/** How a run that is started again differs from the first one; empty: in nothing. */
export interface RerunChanges {
  /** Begins at this step, by its id; `input` takes the place of its arguments. */
  readonly fromStep?: { readonly stepId: string; readonly input?: JsonValue };
  /** Takes the place of the event's data. */
  readonly data?: JsonValue;
}

/** Starts a new run of the same function; resolves with its id. */
export async function rerun(runId: string, changes: RerunChanges = {}): Promise<string> {
  const path = `/api/runs/${encodeURIComponent(runId)}/rerun`;
  const answer = await callApi<{ readonly runId: string }>("POST", path, changes);
  return answer.runId;
}

/** Asks for the cancellation of many runs; resolves when that is stored, before it is done. */
export function cancelRuns(request: ApiCancellationRequest): Promise<ApiCancellation> {
  return callApi<ApiCancellation>("POST", "/api/cancellations", request);
}

/** Stops a bulk cancellation where it is. */
export function stopCancellation(id: string): Promise<undefined> {
  return callApi("DELETE", `/api/cancellations/${encodeURIComponent(id)}`);
}

/** Pauses all functions of an app. */
export function pauseApp(appId: string): Promise<unknown> {
  return callApi<unknown>("POST", `/api/apps/${encodeURIComponent(appId)}/pause`);
}

/** Lets a paused app go on. */
export function resumeApp(appId: string): Promise<unknown> {
  return callApi<unknown>("POST", `/api/apps/${encodeURIComponent(appId)}/resume`);
}

/** Pauses a function: it makes no more calls and skips new runs. */
export function pauseFunction(slug: string): Promise<unknown> {
  return callApi<unknown>("POST", `/api/functions/${encodeURIComponent(slug)}/pause`);
}

/** Lets a paused function go on. */
export function resumeFunction(slug: string): Promise<unknown> {
  return callApi<unknown>("POST", `/api/functions/${encodeURIComponent(slug)}/resume`);
}

/** Cancels the runs of a function that have not begun; resolves when that is stored, before it is done. */
export function dropBacklog(slug: string): Promise<unknown> {
  return callApi<unknown>("POST", `/api/functions/${encodeURIComponent(slug)}/backlog/drop`);
}

/** Gives the runs of a function that have not begun to another one; resolves when that is stored, before it is done. */
export function moveBacklog(slug: string, to: string): Promise<unknown> {
  return callApi<unknown>("POST", `/api/functions/${encodeURIComponent(slug)}/backlog/move`, { to });
}

/** Has everything that was set aside tried again, a page per request; returns why some of it cannot be. */
export async function retryAllSetAside(): Promise<ApiRetried["refused"]> {
  const refused: ApiRetried["refused"][number][] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page: ApiRetried = await callApi<ApiRetried>("POST", `/api/set-aside/retry?limit=100${query}`);
    refused.push(...page.refused);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return refused;
}

/** Has an item that was set aside tried again. */
export function retrySetAside(itemId: string): Promise<unknown> {
  return callApi<unknown>("POST", `/api/set-aside/${encodeURIComponent(itemId)}/retry`);
}

/** Adds an app by its URL and syncs it; a sync that fails is in the answer, not thrown. */
export function addApp(url: string): Promise<ApiApp> {
  return callApi<ApiApp>("POST", "/api/apps", { url });
}

/** Syncs an app now. */
export function syncApp(appId: string): Promise<ApiApp> {
  return callApi<ApiApp>("POST", `/api/apps/${encodeURIComponent(appId)}/sync`);
}

/** Removes an app; its functions take no new runs. */
export function removeApp(appId: string): Promise<undefined> {
  return callApi("DELETE", `/api/apps/${encodeURIComponent(appId)}`);
}

/** Opens a session with the signing key. */
export function login(key: string): Promise<undefined> {
  return callApi("POST", "/api/login", { key });
}

/** Ends the session. */
export function logout(): Promise<undefined> {
  return callApi("POST", "/api/logout");
}
