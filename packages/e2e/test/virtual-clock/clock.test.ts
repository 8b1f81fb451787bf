// The clock of `stepwright dev --virtual-clock`: weeks pass in the time that their calls take, in order, one move at a time.
import { describe, expect, test } from "vitest";
import { serveApp, type TestApp } from "../harness/app.ts";
import { sdks, type Sdk } from "../harness/sdk.ts";
import { clockStart, testApi, useVirtualServer } from "./virtual-server.ts";

const server = useVirtualServer();
const api = testApi(server);
const dayMs = 86_400_000;

/** Sends an event and returns its run when what is due has been done. */
async function start(app: TestApp, name: string, data?: object): Promise<string> {
  const { id } = await app.start(name, data);
  await api.post("clock/settle");
  return id;
}

/** An app of mails that are days apart. */
function serveMails(sdk: Sdk, mails: string[]): Promise<TestApp> {
  return serveApp(server, sdk, ({ define, event }) => [
    define({ id: "welcome", retries: 3 }, { event: event("signed-up") }, async ({ step }) => {
      await step.run("welcome", () => void mails.push("welcome"));
      await step.sleep("before-tips", "2 days");
      await step.run("tips", () => void mails.push("tips"));
      await step.sleep("before-upgrade", "5 days");
      await step.run("upgrade", () => void mails.push("upgrade"));
      return { sent: mails.length };
    }),
  ]);
}

test("time stands where the command line says, until it is moved", async () => {
  expect(await api.clock()).toEqual({ now: Date.parse(clockStart), nextAt: null });
  expect(await api.clock()).toEqual({ now: Date.parse(clockStart), nextAt: null });
});

describe.each(sdks)("SDK $name", (sdk) => {
  test("seven days pass in no time, each mail in its own", async () => {
    const mails: string[] = [];
    const app = await serveMails(sdk, mails);
    const began = performance.now();
    const runId = await start(app, "signed-up");
    expect(mails).toEqual(["welcome"]);
    await api.advance("2d");
    expect(mails).toEqual(["welcome", "tips"]);
    await api.advance("5d");
    const tookMs = performance.now() - began;
    expect(await server.run(runId)).toMatchObject({ status: "completed", output: { sent: 3 } });
    // A tenth of that on a machine that does nothing else.
    expect(tookMs).toBeLessThan(2_000);
  });

  test("a run is brought to its end, and shown as the API shows it", async () => {
    const app = await serveMails(sdk, []);
    const before = await api.clock();
    const runId = await start(app, "signed-up");
    const run = await api.finish(runId);
    expect(run).toMatchObject({ id: runId, status: "completed" });
    expect(run).toEqual(await server.run(runId));
    expect((await api.clock()).now - before.now).toBe(7 * dayMs);
  });

  test("retries wait their nine hours in no time", async () => {
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "ladder", retries: 20 }, { event: event("go") }, async ({ step }) => {
        await step.run("climb", () => {
          throw new Error("not yet");
        });
      }),
    ]);
    const before = await api.clock();
    const run = await api.finish(await start(app, "go"));
    const attempts = run.steps.find(({ name }) => name === "climb")?.attempts.map(({ startedAt }) => startedAt) ?? [];
    const waits = attempts.slice(1).map((at, index) => (at - (attempts[index] ?? 0)) / 1_000);
    expect(run.status).toBe("failed");
    expect(waits).toEqual(Array.from({ length: 20 }, (_, index) => Math.min(2 ** index, 3_600)));
    expect((await api.clock()).now - before.now).toBe(32_895_000);
  });

  test("each call tells the app what time it is", async () => {
    const told: number[] = [];
    const app = await serveApp(
      server,
      sdk,
      ({ define, event }) => [
        define({ id: "nap" }, { event: event("go") }, async ({ step }) => {
          await step.sleep("nap", "1h");
        }),
      ],
      {
        wrap: (handler) => (request, response) => {
          if (request.method === "POST") told.push(Number(request.headers["x-stepwright-now"]));
          handler(request, response);
        },
      },
    );
    const { now } = await api.clock();
    await api.finish(await start(app, "go"));
    expect(told).toEqual([now, now + 3_600_000]);
  });

  test("moves that are asked for at once are all made, one after another", async () => {
    const times: number[] = [];
    const app = await serveApp(server, sdk, ({ define, event }) => [
      define({ id: "hourly" }, { event: event("go") }, async ({ step }) => {
        for (let hour = 0; hour < 5; hour++) {
          await step.sleep(`hour-${hour}`, "1h");
          await step.run(`tick-${hour}`, () => void times.push(hour));
        }
      }),
    ]);
    const before = await api.clock();
    const runId = await start(app, "go");
    const states = await Promise.all(Array.from({ length: 5 }, () => api.advance("1h")));
    expect(states.map(({ now }) => now - before.now).toSorted((one, other) => one - other)).toEqual(
      [1, 2, 3, 4, 5].map((hours) => hours * 3_600_000),
    );
    expect(times).toEqual([0, 1, 2, 3, 4]);
    expect(await server.run(runId)).toMatchObject({ status: "completed" });
  });

  test("a weekly cron runs each Monday of a month, and when it is asked to", async () => {
    const app = await serveApp(server, sdk, ({ define }) => [
      define({ id: "digest" }, { cron: "0 9 * * MON" }, ({ event }) => event.name),
    ]);
    const slug = `${app.id}-digest`;
    await api.advance("28d");
    const runs = await server.runs({ function: slug });
    expect(runs.map(({ status, queuedAt }) => [status, new Date(queuedAt).toUTCString().slice(0, 3)])).toEqual(
      Array.from({ length: 4 }, () => ["completed", "Mon"]),
    );
    const { runId } = await api.post<{ readonly runId: string }>(`functions/${slug}/cron`);
    expect(await server.run(runId)).toMatchObject({ status: "completed", trigger: { cron: "0 9 * * MON" } });
  });
});

test("the next timer is where the clock says, and jumping stops there", async () => {
  const [, v4] = sdks;
  const app = await serveMails(v4, []);
  await start(app, "signed-up");
  const { now, nextAt } = await api.clock();
  expect(nextAt).toBeLessThanOrEqual(now + 2 * dayMs);
  expect(await api.post("clock/next")).toMatchObject({ now: nextAt, jumpedTo: nextAt });
  await api.post("clock/run-until-idle", { within: "60d" });
  expect(await server.runs({ status: "queued,running" })).toEqual([]);
});

test("what cannot be done is refused in a sentence", async () => {
  const [, v4] = sdks;
  const app = await serveApp(server, v4, ({ define, event }) => [
    define({ id: "wait" }, { event: event("go") }, async ({ step }) => {
      await step.waitForSignal("approval", { signal: event("approved"), timeout: "300d", onConflict: "fail" });
    }),
  ]);
  const back = await api.answer("POST", "clock/set", { at: "2029-01-01T00:00:00Z" });
  expect([back.status, back.text]).toEqual([409, expect.stringMatching(/TEST_REFUSED.*cannot go back to 2029/)]);
  const runId = await start(app, "go");
  const idle = await api.answer("POST", "clock/run-until-idle", { within: "1d" });
  expect([idle.status, idle.text]).toEqual([409, expect.stringContaining(runId)]);
  const missing = await api.answer("POST", "runs/01M8550BXAJQ0DEJEM9P9901C5/finish");
  expect([missing.status, missing.text]).toEqual([404, expect.stringContaining("RUN_NOT_FOUND")]);
  const cron = await api.answer("POST", "functions/nobody-knows/cron");
  expect([cron.status, cron.text]).toEqual([409, expect.stringContaining("nobody-knows")]);
  const none = await api.answer("POST", `functions/${app.id}-wait/cron`);
  expect([none.status, none.text]).toEqual([409, expect.stringContaining("no cron trigger")]);
});
