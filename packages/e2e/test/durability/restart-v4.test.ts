// SDK v4 runs many steps in one call and stores each as it ends: what is stored when a process dies is not run again.
import { expect, test } from "vitest";
import { startExampleApp, type ExampleApp } from "../harness/example-app.ts";
import { until } from "@stepwright/test-parts";
import { useScope } from "../harness/scope.ts";
import type { ServerApi } from "../harness/server-api.ts";
import type { ServerProcess } from "../harness/server-process.ts";

const scope = useScope();

async function startBoth(): Promise<{ readonly server: ServerProcess; readonly app: ExampleApp }> {
  const server = await scope.startServer({ args: ["--retry-interval", "0.3"] });
  const app = await startExampleApp(scope, { major: "v4", program: "orders", serverUrl: server.url });
  expect(await server.addApp(app.url)).toMatchObject({ status: "synced" });
  return { server, app };
}

/** Starts a run whose second step is at work until the risky service is up. */
async function startHeldRun(server: ServerApi, app: ExampleApp): Promise<string> {
  app.breakDependency("risky-service", null);
  const [eventId = ""] = await server.send({ name: "order/held" });
  const [run] = await server.runsOf(eventId);
  await until(() => app.executions(run?.id).some(({ step }) => step === "held"), {
    describe: () => "the second step is at work",
  });
  return run?.id ?? "";
}

const countOf = (app: ExampleApp, runId: string, step: string): number =>
  app.executions(runId).filter((one) => one.step === step).length;

test("the app is killed in the middle of a step: that step is tried again, the one before is not", async () => {
  const { server, app } = await startBoth();
  const runId = await startHeldRun(server, app);
  await app.kill();
  app.breakDependency("risky-service", 0);
  await server.waitForRun(runId, ({ steps }) =>
    steps.some(
      ({ attempts, nextAttemptAt }) => nextAttemptAt !== null || attempts.some(({ status }) => status === "failed"),
    ),
  );
  await app.restart();
  expect(await server.ended(runId)).toMatchObject({ status: "completed", output: "released" });
  expect([countOf(app, runId, "before"), countOf(app, runId, "held"), countOf(app, runId, "after")]).toEqual([1, 2, 1]);
});

test("the server is killed while a call is in flight: the call is made again, with its attempts unspent", async () => {
  const { server, app } = await startBoth();
  const runId = await startHeldRun(server, app);
  await server.kill();
  const again = await scope.restart(server);
  await until(() => countOf(app, runId, "held") === 2, { describe: () => "the step is called again" });
  app.breakDependency("risky-service", 0);
  expect(await again.ended(runId)).toMatchObject({ status: "completed", output: "released" });
  expect(countOf(app, runId, "before")).toBe(1);
  expect(app.executions(runId).map(({ attempt }) => attempt)).toEqual(app.executions(runId).map(() => 0));
  expect(countOf(app, runId, "after")).toBe(1);
});

test("both are killed in the middle of everything", async () => {
  const { server, app } = await startBoth();
  const runId = await startHeldRun(server, app);
  await Promise.all([server.kill(), app.kill()]);
  app.breakDependency("risky-service", 0);
  const [again] = await Promise.all([scope.restart(server), app.restart()]);
  expect(await again.ended(runId)).toMatchObject({ status: "completed", output: "released" });
  expect([countOf(app, runId, "before"), countOf(app, runId, "after")]).toEqual([1, 1]);
});

test("runs that sleep, wait or are about to try again go on after a kill", async () => {
  const { server, app } = await startBoth();
  app.breakDependency("risky-service", null);
  const [eventId = ""] = await server.send({ name: "order/parked", data: { key: "ours" } });
  const runs = await server.runsOf(eventId, { count: 3 });
  const idOf = (slug: string): string => runs.find(({ functionSlug }) => functionSlug === `orders-${slug}`)?.id ?? "";
  await server.waitForRun(idOf("sleeper"), ({ doing }) => doing.some(({ kind }) => kind === "sleeping"));
  await server.waitForRun(idOf("waiter"), ({ doing }) => doing.some(({ kind }) => kind === "waitingForEvent"));
  await server.waitForRun(idOf("retrier"), ({ steps }) => steps.some(({ attempts }) => attempts.length > 0));
  const sleeping = await server.run(idOf("sleeper"));
  await server.kill();
  app.breakDependency("risky-service", 0);
  const again = await scope.restart(server);
  await again.send([
    { name: "order/released", data: { key: "other", by: "nobody" } },
    { name: "order/released", data: { key: "ours", by: "event" } },
  ]);
  const slept = await again.ended(idOf("sleeper"));
  expect(slept).toMatchObject({ status: "completed", output: "slept" });
  expect(slept.endedAt).toBeGreaterThanOrEqual(Number(sleeping.doing[0]?.at));
  expect(await again.ended(idOf("waiter"))).toMatchObject({ status: "completed", output: "event" });
  expect(await again.ended(idOf("retrier"))).toMatchObject({ status: "completed" });
  for (const slug of ["sleeper", "waiter", "retrier"]) expect(countOf(app, idOf(slug), "before")).toBe(1);
});

test("a server that is asked to stop lets the calls in flight end, and loses nothing", async () => {
  const { server, app } = await startBoth();
  const runId = await startHeldRun(server, app);
  const stopped = server.stop();
  await server.child.waitForOutput(/"msg":"stopping"/);
  app.breakDependency("risky-service", 0);
  expect(await stopped).toBe(0);
  const again = await scope.restart(server);
  expect(await again.ended(runId)).toMatchObject({ status: "completed", output: "released" });
  expect([countOf(app, runId, "before"), countOf(app, runId, "held"), countOf(app, runId, "after")]).toEqual([1, 1, 1]);
});

test("acknowledged events are there after a kill, with their runs, their order and their data", async () => {
  const server = await scope.startServer();
  const ids = await server.send(Array.from({ length: 100 }, (_, n) => ({ name: "kept/event", data: { n } })));
  await server.kill();
  const again = await scope.restart(server);
  const rows = await again.events({ name: "kept/event" });
  expect(rows.map(({ internalId }) => internalId).toReversed()).toEqual(ids);
  expect(await again.event(ids[41] ?? "")).toMatchObject({ data: { n: 41 } });
});
