// The server under measurement: a process of its own, as a user starts it, in `start` mode with synchronous=FULL.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** A running server. */
export interface ServerProcess {
  readonly url: string;
  readonly eventKey: string;
  readonly signingKeyHash: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const signingKey = "00112233445566778899aabbccddeeff";
const eventKey = "bench";
const startDeadlineMs = 30_000;

/** Starts the built server on a free port with a fresh data folder, after `prepare` has put something in it. */
export async function startServerProcess(
  synchronous: "full" | "normal",
  prepare: (dataDir: string) => Promise<void> = async () => {},
): Promise<ServerProcess> {
  const port = await freePort();
  const dataDir = await mkdtemp(join(tmpdir(), "stepwright-bench-"));
  await prepare(dataDir);
  const entry = fileURLToPath(new URL("../../../apps/server/dist/main.js", import.meta.url));
  const args = ["start", "--port", String(port), "--host", "127.0.0.1", "--data-dir", dataDir, "--event-key", eventKey];
  const child = spawn(
    process.execPath,
    [entry, ...args, "--signing-key", signingKey, "--synchronous", synchronous, "--log-level", "warn"],
    { stdio: ["ignore", "inherit", "inherit"] },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  await untilHealthy(url);
  return {
    url,
    eventKey,
    signingKeyHash: createHash("sha256").update(Buffer.from(signingKey, "hex")).digest("hex"),
    pid: child.pid ?? 0,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function untilHealthy(url: string): Promise<void> {
  const deadline = performance.now() + startDeadlineMs;
  while (performance.now() < deadline) {
    try {
      if ((await fetch(`${url}/health`)).ok) return;
    } catch {
      // Not listening yet.
    }
    await delay(20);
  }
  throw new Error(
    `the server at ${url} did not become healthy within ${startDeadlineMs / 1000} s; is it built (pnpm build)?`,
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
