// What changes something: apps are added and removed, functions invoked, runs cancelled and run again.
import { randomBytes } from "node:crypto";
import { type App, isEnded } from "@stepwright/engine";
import { asAppId, asRunId, isJsonObject, type JsonObject, parseEvents, ulidOf } from "@stepwright/protocol";
import { failure } from "../failure.ts";
import type { Resolve, TypeResolvers } from "../resolver.ts";
import { appProblem } from "./apps.ts";
import { rerunRun, type RerunArgs } from "../rerun.ts";

const createApp: Resolve<unknown, { readonly input: { readonly url: string } }> = async (_, { input }, { runtime }) => {
  const app = await runtime.apps.add(withScheme(input.url));
  const problem = appProblem(app);
  // It is kept all the same, and asked again later.
  if (problem !== null) throw failure(problem);
  return app;
};

const updateApp: Resolve<unknown, { readonly input: { readonly id: string; readonly url: string } }> = (
  _,
  { input },
  { runtime },
): Promise<App> => runtime.apps.move(asAppId(input.id), withScheme(input.url));

const deleteApp: Resolve<unknown, { readonly id: string }> = async (_, { id }, { runtime }) => {
  await runtime.apps.remove(asAppId(id));
  return id;
};

const deleteAppByName: Resolve<unknown, { readonly name: string }> = async (_, { name }, { runtime, registry }) => {
  const app = registry.apps.find((one) => one.name === name);
  if (app === undefined) return false;
  await runtime.apps.remove(app.id);
  return true;
};

interface InvokeArgs {
  readonly functionSlug: string;
  readonly data?: JsonObject | null;
  readonly meta?: unknown;
  readonly user?: JsonObject | null;
}

const invokeFunction: Resolve<unknown, InvokeArgs> = async (_, { functionSlug, data, meta, user }, { runtime }) => {
  if (meta != null && (!isJsonObject(meta) || Object.keys(meta).some((key) => key !== "sessions")))
    throw failure("meta may only have sessions");
  // The engine names the event itself.
  const parsed = parseEvents(
    JSON.stringify({
      name: "invocation",
      data: data ?? {},
      ...(user == null ? {} : { user }),
      ...(meta == null ? {} : { meta }),
    }),
    runtime.eventLimits,
  );
  if (parsed.kind === "rejected") throw failure(parsed.error.message);
  const [event] = parsed.events;
  if (event === undefined) return false;
  await runtime.invoke(functionSlug, event);
  return true;
};

const cancelRun: Resolve<unknown, { readonly runID: string }> = async (_, { runID }, { runtime }) => {
  const runId = asRunId(runID);
  if ((await runtime.storage.runs.get(runId)) === null) throw failure("not found");
  const isCancelled = await runtime.cancelRun(runId);
  const run = await runtime.storage.runs.get(runId);
  if (run === null) throw failure("not found");
  if (!isCancelled && isEnded(run.status) && run.status !== "cancelled") throw failure("cannot cancel an ended run");
  return run;
};

const rerun: Resolve<unknown, RerunArgs> = (_, args, { runtime }) => rerunRun(runtime, args);

/** Two ids that name nothing yet: there are no debug sessions, and clients begin with asking for one. */
const createDebugSession: Resolve<unknown, unknown> = (_, __, { now }) => ({
  debugSessionID: ulidOf(now, randomBytes(10)),
  debugRunID: ulidOf(now, randomBytes(10)),
});

function withScheme(url: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`;
}

/** The mutations. */
export const mutationResolvers: Readonly<Record<string, TypeResolvers>> = {
  Mutation: {
    createApp,
    updateApp,
    deleteApp,
    deleteAppByName,
    invokeFunction,
    cancelRun,
    rerun,
    createDebugSession,
  },
};
