import { mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { hasIpv6Loopback } from "../src/ports.ts";
import { runCommand, spawnServer, type SpawnedServer } from "./spawned-server.ts";

// Each test starts processes from TypeScript sources, which takes a second or two on a busy machine.
const timeout = 60_000;

let cwd = "";
let running: SpawnedServer[] = [];

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "stepwright-server-"));
});

afterEach(async () => {
  await Promise.all(
    running
      .filter(({ process }) => process.exitCode === null && process.signalCode === null)
      .map((server) => server.end("SIGKILL")),
  );
  running = [];
  rmSync(cwd, { recursive: true, force: true });
});

async function start(
  args: readonly string[],
  o: { readonly fileBlocksMax?: number; readonly env?: Record<string, string> } = {},
): Promise<SpawnedServer> {
  const server = await spawnServer(args, { cwd, ...o });
  running.push(server);
  return server;
}

const dev = ["dev", "--no-discovery", "--port", "0"];
const send = async (url: string, event: object) => {
  const response = await fetch(`${url}/e/dev`, { method: "POST", body: JSON.stringify(event) });
  return { status: response.status, body: (await response.json()) as { ids: string[]; code?: string } };
};
const eventNames = async (url: string) => {
  const { items } = (await (await fetch(`${url}/api/events`)).json()) as { items: { name: string }[] };
  return items.map(({ name }) => name);
};

describe("stepwright", () => {
  it("prints its version and its help, and nothing else", { timeout }, async () => {
    const [version, help] = await Promise.all([
      runCommand(["version"], { cwd }),
      runCommand(["dev", "--help"], { cwd }),
    ]);
    expect(version).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: "" });
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("--no-discovery");
  });

  it.each([
    [["dev", "--prot", "1"], `There is no flag --prot; did you mean --port? Run "stepwright dev --help" for all.\n`],
    [
      ["start", "--event-key", "k"],
      'Setting "signing-key" is required; give --signing-key HEX or set INNGEST_SIGNING_KEY; make one with: openssl rand -hex 32.\n',
    ],
  ])("refuses %j with one sentence and exit code 1", { timeout }, async (args, stderr) => {
    expect(await runCommand(args, { cwd })).toEqual({ code: 1, stdout: "", stderr });
  });
});

describe("stepwright dev", () => {
  it(
    "listens on both loopback addresses and keeps its data beside the project, for this user only",
    { timeout },
    async () => {
      const { url, end } = await start(dev);
      const { port } = new URL(url);
      expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
      if (await hasIpv6Loopback()) expect((await fetch(`http://[::1]:${port}/ready`)).status).toBe(200);
      expect(statSync(join(cwd, ".stepwright")).mode & 0o777).toBe(0o700);
      expect(await end("SIGTERM")).toBe(0);
    },
  );

  it("has what it acknowledged after it was killed", { timeout }, async () => {
    const first = await start(dev);
    expect((await send(first.url, { name: "kept/over-a-kill" })).status).toBe(200);
    await first.end("SIGKILL");
    const second = await start(dev);
    expect(await eventNames(second.url)).toEqual(["kept/over-a-kill"]);
  });

  it("keeps nothing with --memory", { timeout }, async () => {
    const server = await start([...dev, "--memory"]);
    await send(server.url, { name: "gone" });
    expect(() => statSync(join(cwd, ".stepwright"))).toThrow("ENOENT");
  });

  it("keeps nothing with --virtual-clock, and has the time that it was given", { timeout }, async () => {
    const server = await start([...dev, "--virtual-clock", "--clock-start", "2030-01-01T00:00:00Z"]);
    const at = Date.UTC(2030, 0, 1);
    await send(server.url, { name: "gone" });
    expect(await (await fetch(`${server.url}/api/test/clock`)).json()).toEqual({ now: at, nextAt: null });
    const advanced = await fetch(`${server.url}/api/test/clock/advance`, { method: "POST", body: '{"by":"1w"}' });
    expect(await advanced.json()).toEqual({ now: at + 7 * 86_400_000, nextAt: null });
    expect(await eventNames(server.url)).toEqual(["gone"]);
    expect(() => statSync(join(cwd, ".stepwright"))).toThrow("ENOENT");
    expect(await server.end("SIGTERM")).toBe(0);
  });

  it("has the routes of test suites when the environment says so, and only then", { timeout }, async () => {
    const forTests = await start([...dev, "--memory"], { env: { TEST_MODE: "true" } });
    expect(await (await fetch(`${forTests.url}/test`)).text()).toBe("OK");
    const plain = await start([...dev, "--memory"]);
    expect((await fetch(`${plain.url}/fn/step-limit?functionId=x&limit=1`, { method: "POST" })).status).toBe(404);
  });

  it("takes the next port when its own is in use", { timeout }, async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen({ port: 0, host: "127.0.0.1" }, () => {
        const address = other.address();
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
    const server = await start(["dev", "--no-discovery", "--memory", "-p", String(port)]);
    expect(Number(new URL(server.url).port)).toBeGreaterThan(port);
    const refused = await runCommand(
      ["start", "--event-key", "k", "--signing-key", "ab", "--host", "127.0.0.1", "-p", String(port)],
      { cwd },
    );
    expect(refused).toEqual({
      code: 1,
      stdout: "",
      stderr: `Port ${port} on 127.0.0.1 is in use; stop the other program or pass --port.\n`,
    });
    await new Promise((resolve) => other.close(resolve));
  });

  it("refuses a data folder that another server uses, in one sentence", { timeout }, async () => {
    await start(dev);
    const second = await runCommand(dev, { cwd });
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/^Another server is using the data folder .*\.stepwright.*\n$/);
  });

  it("answers 503 while the disk takes no more, and goes on", { timeout }, async () => {
    const server = await start(dev, { fileBlocksMax: 6000 });
    const large = { name: "large", data: { text: "x".repeat(400_000) } };
    const answers: Awaited<ReturnType<typeof send>>[] = [];
    for (let count = 0; count < 20 && answers.at(-1)?.status !== 503; count++)
      answers.push(await send(server.url, large));
    expect(answers.at(-1)).toMatchObject({ status: 503, body: { ids: [], code: "STORAGE_UNAVAILABLE" } });
    expect((await fetch(`${server.url}/health`)).status).toBe(200);
    expect((await eventNames(server.url)).length).toBe(answers.length - 1);
  });
});

describe("stepwright start", () => {
  it("lets in who has a key, and reads keys from the environment the apps have", { timeout }, async () => {
    const env = { INNGEST_EVENT_KEY: "ek", INNGEST_SIGNING_KEY: "signkey-prod-ab12cd34" };
    const server = await start(["start", "--host", "127.0.0.1", "--port", "0"], { env });
    expect((await fetch(`${server.url}/e/ek`, { method: "POST", body: `{"name":"a"}` })).status).toBe(200);
    expect((await fetch(`${server.url}/e/dev`, { method: "POST", body: `{"name":"a"}` })).status).toBe(401);
    expect((await fetch(`${server.url}/api/runs`)).status).toBe(401);
    expect((await fetch(`${server.url}/api/runs`, { headers: { authorization: "Bearer ab12cd34" } })).status).toBe(200);
    expect(await server.end("SIGINT")).toBe(0);
  });
});
