// The built server as a process of its own, started as a user does in production, on a folder of its own.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startChild } from "@stepwright/test-parts";

/** Keys of the server and its apps. */
export const keys = { event: "differential", signing: "00112233445566778899aabbccddeeff" } as const;

/** The server. */
export interface RealServer {
  readonly url: string;
  stop(): Promise<void>;
}

const command = fileURLToPath(new URL("../../../apps/server/bin/stepwright", import.meta.url));

// What the engine for tests does too: delays between attempts without chance, and a refused call is told at once.
const settings = ["--no-retry-jitter", "--startup-grace", "0", "--app-wait", "0"];

/** Starts it and waits until it says that it has. */
export async function startRealServer(): Promise<RealServer> {
  const folder = mkdtempSync(join(tmpdir(), "stepwright-differential-"));
  const place = ["--port", "0", "--host", "127.0.0.1", "--data-dir", join(folder, "data")];
  const access = ["--event-key", keys.event, "--signing-key", keys.signing];
  const child = startChild({ command, args: ["start", ...place, ...access, ...settings] });
  const [, port = ""] = await child.line(/"url":"http:\/\/[^"]*:(\d+)".*"server started"/);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await child.end("SIGKILL");
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
