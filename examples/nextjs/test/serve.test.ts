// The plain server as a process of its own: it registers exactly the functions that the documentation promises,
// and says so when there is nobody to register with.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { json } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";

const promised = [
  ["welcome-email-sequence", { event: "user/signed-up" }, 3],
  ["process-csv-upload", { event: "file/uploaded" }, 2],
  ["generate-monthly-reports", { event: "reports/generate-all" }, 1],
  ["weekly-digest", { cron: "0 9 * * MON" }, 2],
  ["weekly-digest-fanout", { cron: "0 9 * * MON" }, 1],
  ["send-user-digest", { event: "digest/send-to-user" }, 3],
  ["content-approval-workflow", { event: "content/submitted" }, undefined],
  ["my-function", { event: "my/event" }, 5],
  ["validate-input", { event: "user/validate" }, undefined],
] as const;

interface Registration {
  appName: string;
  functions: { id: string; triggers: unknown[]; steps: { step: { retries?: { attempts: number } } } }[];
}

test("the nine functions register with their ids, triggers and retries", async () => {
  const registrations: Registration[] = [];
  const registrar = createServer(async (request, response) => {
    if (request.method === "POST") registrations.push((await json(request)) as Registration);
    response.setHeader("content-type", "application/json").end('{"status":200,"modified":true}');
  }).listen(0);
  onTestFinished(() => void registrar.close());
  await once(registrar, "listening");

  const url = await startApp(`http://localhost:${(registrar.address() as AddressInfo).port}`);
  const response = await fetch(url, { method: "PUT" });

  expect(response.status).toBe(200);
  const served = registrations.flatMap(({ functions }) => functions);
  expect(registrations[0]?.appName).toBe("my-app");
  expect(served.map(({ id, triggers, steps }) => [id, triggers[0], steps.step.retries?.attempts])).toEqual(
    promised.map(([id, trigger, retries]) => [`my-app-${id}`, trigger, retries]),
  );
});

test("without a server the application still answers, and registering fails with a sentence", async () => {
  // Port 9 is "discard": nothing listens there.
  const url = await startApp("http://localhost:9");

  const described = await fetch(url);
  expect(await described.json()).toMatchObject({ function_count: 9, mode: "dev" });

  const registered = await fetch(url, { method: "PUT" });
  expect(registered.status).toBe(500);
  expect(await registered.json()).toMatchObject({ message: expect.stringContaining("Failed to register") });
});

/** Starts the plain server against a server at `serverUrl`, to be stopped with the test, and returns its endpoint. */
async function startApp(serverUrl: string): Promise<string> {
  const app = spawn(process.execPath, [join(import.meta.dirname, "../serve.ts")], {
    env: { ...process.env, INNGEST_DEV: serverUrl, PORT: "0", EXAMPLE_DB: ":memory:" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  onTestFinished(async () => {
    app.kill();
    await once(app, "exit");
  });
  for await (const line of createInterface(app.stdout)) {
    const url = /^serving (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error("the application ended before it was serving");
}
