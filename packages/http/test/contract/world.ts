// A server in the state that the captures show: the apps, the events that were sent, the runs they started.
import { openApp, type OpenApp } from "../open-app.ts";
import { openServer, type OpenServer } from "../open-server.ts";
import { demoFunctions } from "./demo-apps.ts";

/** The state, and which of its ids stand for which of the captures'. */
export interface World extends OpenServer {
  readonly ids: ReadonlyMap<string, string>;
  /** Cancels the run that waits. */
  cancelWaiter(): Promise<void>;
}

const headers = { host: "localhost:8288" };
const about = { sdk: "js:v4.24.0", framework: "nodejs", appVersion: "1.2.3" };

/** Brings it about. */
export async function openWorld(): Promise<World> {
  const server = await openServer({ isTestMode: true });
  const apps: OpenApp[] = [];
  for (const [name, prefix] of [
    ["demo-app", "demo"],
    ["demo2", "d2"],
  ] as const)
    apps.push(await openApp(server.app, name, demoFunctions(name, prefix), about));

  const send = async (name: string, data: object): Promise<string> => {
    const payload = JSON.stringify({ name, data });
    return (await server.app.inject({ method: "POST", url: "/e/x", headers, payload })).json().ids[0];
  };
  const runsOf = async (eventId: string) => {
    const { data } = (await server.app.inject({ url: `/v1/events/${eventId}/runs`, headers })).json();
    return data as readonly { readonly run_id: string; readonly function_id: string }[];
  };
  const runOf = async (eventId: string): Promise<string> => {
    const [run] = await runsOf(eventId);
    if (run === undefined) throw new Error(`event ${eventId} started no run`);
    return run.run_id;
  };

  const stepsData = { id: "a", n: 1, p: 0, user: "u1" };
  const v1Steps = await send("demo/steps", stepsData);
  const numbered = { name: "demo/steps", data: stepsData, id: "my-evt-1", user: { email: "x@y.z" }, v: "2024-01-01" };
  const payload = JSON.stringify({ ...numbered, ts: 1795469113390 });
  await server.app.inject({ method: "POST", url: "/e/x", headers, payload });
  const v1Fails = await send("demo/fails", {});
  const v1Batch = await send("demo/batched", { n: 1 });
  await send("demo/batched", { n: 2 });
  await send("demo/batched", { n: 3 });
  const v1NoRuns = await send("demo/resume", { k: "K1", v: 42 });
  await send("demo/signal", {});
  const v2Steps = await send("d2/steps", stepsData);
  const v2Fails = await send("d2/fails", {});
  const v2Wait = await send("d2/wait", { k: "W9", timeout: "10m" });
  await server.runtime.idle();
  const waiter = await runOf(v2Wait);
  return {
    ...server,
    async cancelWaiter() {
      await server.app.inject({ method: "DELETE", url: `/v1/runs/${waiter}`, headers });
    },
    ids: new Map([
      ["01M854TGA40XKG4S13RJQ5G3JW", v1Steps],
      ["01M854TGHJFHFWSZCHWRBXM6XM", await ended(server, await runOf(v1Steps))],
      ["01M854TGAVXS9NV4WCDTFQBAE7", v1Fails],
      ["01M854TGD2T0J8H5T847Q8799R", v1Batch],
      ["01M854TJWP41MYVFXJ6BYRFRE0", v1NoRuns],
      ["01M8550BV42B0WCC240CV8AY0W", v2Steps],
      ["01M8550BXAJQ0DEJEM9P9901C5", await ended(server, await runOf(v2Steps))],
      ["01M8550BXCTQ7P4CT7CENCTBXV", await ended(server, await runOf(v2Fails))],
      ["01M8558VM69SY6X9TT2JQW4HRV", v2Wait],
      ["01M8558VNRA8SX0FMY4TE8HNR7", waiter],
    ]),
    async close() {
      await server.close();
      for (const app of apps) await app.close();
    },
  };
}

async function ended({ runtime }: OpenServer, runId: string): Promise<string> {
  await runtime.waitForRun(runId as Parameters<typeof runtime.waitForRun>[0]);
  return runId;
}
