// The server, the app, or both are killed while runs sleep, wait, retry or are being called: all of them go on.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ApiRun } from "@stepwright/protocol";
import { expect, test } from "vitest";
import type { Child } from "../harness/child.ts";
import { until } from "@stepwright/test-parts";
import { useScope } from "../harness/scope.ts";
import { type ServerProcess, startServerChild } from "../harness/server-process.ts";
import { type Execution, openOutbox } from "./outbox.ts";

const scope = useScope();

interface Bed {
  readonly server: ServerProcess;
  readonly app: Child;
  readonly appPort: number;
  readonly outboxFile: string;
}

async function startBed(): Promise<Bed> {
  const folder = scope.folder();
  mkdirSync(folder, { recursive: true });
  const outboxFile = join(folder, "outbox.db");
  const server = await scope.startServer({ args: ["--no-poll", "--no-retry-jitter", "--shutdown-grace", "20"] });
  const { app, appPort } = await startApp(outboxFile, server.url, 0);
  await server.addApp(`http://localhost:${appPort}/api/inngest`);
  return { server, app, appPort, outboxFile };
}

async function startApp(outboxFile: string, serverUrl: string, port: number) {
  const app = scope.startChild({
    file: fileURLToPath(new URL("./app-process.ts", import.meta.url)),
    nodeArgs: ["--conditions=@stepwright/source"],
    args: [outboxFile, serverUrl, String(port)],
  });
  const [, bound = ""] = await app.waitForOutput(/serving on (\d+)/);
  return { app, appPort: Number(bound) };
}

async function start(server: ServerProcess, name: string, data: object = {}): Promise<string> {
  const [eventId = ""] = await server.send({ name: `durable/${name}`, data });
  const [run] = await server.runsOf(eventId);
  return run?.id ?? "";
}

function executionsOf(bed: Bed, runId: string): readonly Execution[] {
  const outbox = openOutbox(bed.outboxFile);
  try {
    return outbox.all().filter((execution) => execution.runId === runId);
  } finally {
    outbox.close();
  }
}

function executed(bed: Bed, runId: string, step: string): Promise<true> {
  return until(() => (executionsOf(bed, runId).some((execution) => execution.step === step) ? true : null), {
    describe: () => `step ${step} of run ${runId} was executed`,
  });
}

const isDoing = (kind: string) => (run: ApiRun) => run.doing.some((doing) => doing.kind === kind);

test("runs that sleep, wait and retry go on after server and app were killed together", async () => {
  const bed = await startBed();
  const sleeper = await start(bed.server, "sleep", { nap: "2s" });
  const waiter = await start(bed.server, "wait", { id: "w-1" });
  const retrier = await start(bed.server, "retry");
  await bed.server.waitForRun(sleeper, isDoing("sleeping"));
  await bed.server.waitForRun(waiter, isDoing("waitingForEvent"));
  await bed.server.waitForRun(retrier, isDoing("retrying"));

  await Promise.all([bed.server.kill(), bed.app.end("SIGKILL")]);
  await startApp(bed.outboxFile, bed.server.url, bed.appPort);
  const server = await scope.restart(bed.server);

  await server.send({ name: "durable/answer", data: { id: "w-1", word: "yes" } });
  expect((await server.ended(sleeper)).status).toBe("completed");
  expect((await server.ended(waiter)).output).toEqual({ id: "w-1", word: "yes" });
  expect((await server.ended(retrier)).output).toBe(3);
  expect(executionsOf(bed, sleeper).map(({ step }) => step)).toEqual(["before", "after"]);
  expect(executionsOf(bed, waiter).map(({ step }) => step)).toEqual(["before", "after"]);
  expect(executionsOf(bed, retrier).map(({ attempt }) => attempt)).toEqual([0, 1, 2, 3]);
});

test("a sleep that ended while the server was down is over at once after the start", async () => {
  const bed = await startBed();
  const sleeper = await start(bed.server, "sleep", { nap: "1s" });
  const asleep = await bed.server.waitForRun(sleeper, isDoing("sleeping"));
  await bed.server.kill();
  const wakesAt = asleep.doing[0]?.at ?? 0;
  await until(() => (Date.now() > wakesAt + 500 ? true : null), { describe: () => "the time to wake has passed" });
  const server = await scope.restart(bed.server);
  const startedAt = Date.now();
  const run = await server.ended(sleeper);
  expect(run.status).toBe("completed");
  expect((run.endedAt ?? 0) - startedAt).toBeLessThan(1_000);
});

test("a call that was under way when the server was killed is made again, and the stored step before it is not", async () => {
  const bed = await startBed();
  const run = await start(bed.server, "slow");
  await executed(bed, run, "second");
  await bed.server.kill();
  const server = await scope.restart(bed.server);
  const ended = await server.ended(run);
  expect(ended.status).toBe("completed");
  expect(executionsOf(bed, run).map(({ step }) => step)).toEqual(["first", "second", "second"]);
});

test("a call whose app was killed is retried when the app is back", async () => {
  const bed = await startBed();
  const run = await start(bed.server, "slow");
  await executed(bed, run, "second");
  await bed.app.end("SIGKILL");
  await bed.server.waitForRun(run, isDoing("retrying"));
  await startApp(bed.outboxFile, bed.server.url, bed.appPort);
  const ended = await bed.server.ended(run);
  expect(ended.status).toBe("completed");
  expect(executionsOf(bed, run).map(({ step }) => step)).toEqual(["first", "second", "second"]);
});

test("SIGTERM lets calls in flight finish, and nothing runs again after the next start", async () => {
  const bed = await startBed();
  const run = await start(bed.server, "slow");
  await executed(bed, run, "second");
  expect(await bed.server.stop()).toBe(0);
  expect(bed.server.child.output()).toMatch(/"callsAbandoned":0/);
  const server = await scope.restart(bed.server);
  expect((await server.ended(run)).status).toBe("completed");
  expect(executionsOf(bed, run).map(({ step }) => step)).toEqual(["first", "second"]);
});

test("SIGTERM with too little grace abandons the call, which is made again after the next start", async () => {
  const folder = scope.folder();
  mkdirSync(folder, { recursive: true });
  const server = await scope.startServer({ args: ["--no-poll", "--shutdown-grace", "0"] });
  const outboxFile = join(folder, "outbox.db");
  const { app, appPort } = await startApp(outboxFile, server.url, 0);
  const bed: Bed = { server, app, appPort, outboxFile };
  await server.addApp(`http://localhost:${appPort}/api/inngest`);
  const run = await start(server, "slow");
  await executed(bed, run, "second");
  expect(await server.stop()).toBe(0);
  expect(server.child.output()).toMatch(/"callsAbandoned":1/);
  const again = await scope.restart(server);
  const ended = await again.ended(run);
  expect(ended.status).toBe("completed");
  // An abandoned call is no failed attempt of the step.
  expect(ended.steps.flatMap((step) => step.attempts).every((attempt) => attempt.status === "completed")).toBe(true);
});

test("a second server on the same data folder is refused in one clear sentence", async () => {
  const server = await scope.startServer();
  const second = startServerChild({ dataDir: server.dataDir });
  expect(await second.ended).toBe(1);
  expect(second.output()).toContain(server.dataDir);
  expect(second.output()).toMatch(/another|already/i);
  expect((await server.request("GET", "/health")).status).toBe(200);
});
