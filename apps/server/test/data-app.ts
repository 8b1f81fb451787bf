// An app for the server's tests: its one function makes a step, sleeps, makes another and ends.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

/** A running app. */
export interface DataApp {
  /** Registers the function with a server. */
  register(serverUrl: string): Promise<void>;
  close(): Promise<void>;
}

const step = (id: string) => ({ op: "StepRun", id, name: id, displayName: id, opts: {}, data: "x".repeat(200) });
const sleep = { op: "Sleep", id: "nap", name: "1s", displayName: "nap", opts: {} };

/** Starts the app on a free port. */
export async function startDataApp(): Promise<DataApp> {
  const server = createServer((request, response) => {
    void (async () => {
      const { steps = {} } = (await json(request)) as { readonly steps?: Readonly<Record<string, unknown>> };
      const op = [step("a"), sleep, step("b")].find(({ id }) => !(id in steps));
      response.writeHead(op === undefined ? 200 : 206, {
        "content-type": "application/json",
        "x-inngest-sdk": "test:v1",
        "x-inngest-req-version": "1",
      });
      response.end(JSON.stringify(op === undefined ? "done" : [op]));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}/api/inngest`;
  const runtime = { type: "http", url: `${url}?fnId=shop-order&stepId=step` };
  return {
    async register(serverUrl) {
      const response = await fetch(`${serverUrl}/fn/register`, {
        method: "POST",
        body: JSON.stringify({
          url,
          deployType: "ping",
          framework: "test",
          appName: "shop",
          sdk: "test:v1",
          v: "0.1",
          functions: [
            {
              id: "shop-order",
              name: "order",
              triggers: [{ event: "shop/ordered" }],
              steps: { step: { id: "step", name: "step", runtime } },
            },
          ],
        }),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
