// The single binary, started in an empty folder with nothing on the PATH, runs an event of the example application.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { repository } from "../harness/child.ts";
import { until } from "@stepwright/test-parts";
import { useScope } from "../harness/scope.ts";
import { serverApi } from "../harness/server-api.ts";

const scope = useScope();
// Bundling and copying 120 MB takes its time on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

const binary = join(repository, "apps/server/dist/stepwright");

async function buildBinary(): Promise<void> {
  const child = scope.startChild({ file: join(repository, "apps/server/scripts/build-binary.mjs") });
  if ((await child.ended) !== 0) throw new Error(`the binary could not be built:\n${child.output()}`);
}

/** Starts the binary with an environment that has nothing in it but a home for its cache. */
function startBinary(folder: string, args: readonly string[]) {
  const child = spawn(binary, args, {
    cwd: folder,
    env: { PATH: "", HOME: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
  onTestFinished(() => void child.kill("SIGKILL"));
  return { child, output: () => output };
}

test("the binary serves the page and runs the example's functions from an empty folder", async () => {
  await buildBinary();
  const folder = scope.folder();
  mkdirSync(folder, { recursive: true });
  const { child, output } = startBinary(folder, ["dev", "-p", "0", "--no-discovery"]);
  const port = await until(() => /"url":"http:\/\/[^"]*:(\d+)".*"server started"/.exec(output())?.[1] ?? null, {
    timeoutMs: 30_000,
    describe: () => `the binary started; it wrote:\n${output()}`,
  });
  const server = serverApi(`http://localhost:${port}`);

  const page = await server.request("GET", "/runs", { headers: { accept: "text/html" } });
  expect(page.status).toBe(200);
  expect(page.text).toMatch(/<script[^>]+src="\/assets\//);

  const app = scope.startChild({
    file: join(repository, "examples/nextjs/serve.ts"),
    env: { INNGEST_DEV: server.url, EXAMPLE_DB: join(folder, "example.db"), PORT: "0" },
  });
  const [, url = ""] = await app.waitForOutput(/serving (http:\S+)/);
  expect((await server.addApp(url)).status).toBe("synced");
  const [eventId = ""] = await server.send({ name: "reports/generate-all", data: { month: 10, year: 2026 } });
  const [run] = await server.runsOf(eventId);
  expect((await server.ended(run?.id ?? "")).status).toBe("completed");

  const query = "query($id: String!) { run(runID: $id) { status } }";
  const asked = await server.request("POST", "/v0/gql", { body: { query, variables: { id: run?.id } } });
  expect(asked.json).toEqual({ data: { run: { status: "COMPLETED" } } });

  child.kill("SIGTERM");
  const [code] = (await once(child, "exit")) as [number | null];
  expect(code).toBe(0);
  expect(readdirSync(folder)).toContain(".stepwright");
});

test("the binary tells its version and refuses an unknown flag in a sentence", async () => {
  const folder = scope.folder();
  mkdirSync(folder, { recursive: true });
  const version = startBinary(folder, ["version"]);
  await once(version.child, "close");
  expect(version.output()).toMatch(/\d+\.\d+\.\d+/);
  const wrong = startBinary(folder, ["dev", "--prot", "1"]);
  const [code] = (await once(wrong.child, "close")) as [number | null];
  expect(code).toBe(1);
  expect(wrong.output()).toMatch(/--port/);
});
