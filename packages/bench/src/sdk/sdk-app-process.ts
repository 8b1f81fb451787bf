// An app as a user of the published SDK writes it, in a process of its own: `sdk-app-process <v3|v4> <server url> <signing key>`.
// Tells its parent where it listens and, for every run, that its function has come to its end.
import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as v4 from "inngest";
import * as v3 from "inngest-v3";
import { serve as serveV3 } from "inngest-v3/node";
import { serve as serveV4 } from "inngest/node";
import type { SdkAppMessage } from "./sdk-app.ts";

const [major = "", baseUrl = "", signingKey = ""] = process.argv.slice(2);
const stepCounts = [3, 20];
const silent = { debug() {}, info() {}, warn() {}, error: (text: string) => process.stderr.write(`${text}\n`) };
const options = { id: "bench", baseUrl, eventKey: "bench", isDev: false };

interface Given {
  readonly runId: string;
  readonly step: { run<T>(id: string, work: () => T): Promise<unknown> };
}

function handlerOf(count: number): (given: Given) => Promise<object> {
  return async ({ runId, step }) => {
    for (let number = 0; number < count; number += 1) await step.run(`step ${number}`, () => ({ n: number }));
    tell({ kind: "ended", runId });
    return { ok: true };
  };
}

function listenerV3(): RequestListener {
  const client = new v3.Inngest({ ...options, logger: silent });
  const functions = stepCounts.map((count) =>
    client.createFunction({ id: `steps-${count}` }, { event: `bench/steps-${count}` }, handlerOf(count) as never),
  );
  return serveV3({ client, functions, signingKey });
}

function listenerV4(): RequestListener {
  const client = new v4.Inngest({ ...options, signingKey, logger: silent, internalLogger: silent });
  const functions = stepCounts.map((count) =>
    client.createFunction(
      { id: `steps-${count}`, triggers: [{ event: `bench/steps-${count}` }] },
      handlerOf(count) as never,
    ),
  );
  return serveV4({ client, functions });
}

function tell(message: SdkAppMessage): void {
  process.send?.(message);
}

const server = createServer(major === "v3" ? listenerV3() : listenerV4());
server.listen(0, "127.0.0.1", () => {
  tell({ kind: "listening", url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest` });
});
process.once("disconnect", () => process.exit(0));
