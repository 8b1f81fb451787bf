// Apps that are slow, greedy or mean, over real connections: the attempt ends with a reason, and other apps feel nothing.
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { addApp, openShop } from "./open-runtime.ts";
import { done, type Handler } from "./test-app.ts";

const sdk = { "content-type": "application/json", "x-inngest-sdk": "js:v4.0.0" };

/** Writes for as long as the other side takes it; tells when the connection was closed. */
function forEver(piece: string | Buffer) {
  const closed = Promise.withResolvers<void>();
  const write = (response: ServerResponse): void => {
    response.once("close", () => closed.resolve());
    const more = (): void => {
      while (!response.destroyed && response.write(piece));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  };
  return { closed: closed.promise, write };
}

/** Runs a function with this handler once, and meanwhile ten runs of another app. */
async function meet(handle: Handler, callTimeoutMs = 60_000) {
  const opened = await openShop([{ name: "mean", retries: 0, handle }], { settings: { callTimeoutMs } });
  const other = await addApp(opened, "other", [{ name: "quick", handle: () => done() }]);
  const runId = await opened.start("test/mean");
  for (let n = 0; n < 10; n += 1)
    expect((await opened.ended(await opened.start("test/quick"))).status).toBe("completed");
  const run = await opened.ended(runId);
  expect(other.calls).toHaveLength(10);
  expect(opened.complaints).toEqual([]);
  return { run, opened };
}

describe("an app that answers", () => {
  it("without an end is cut off at the limit, and let go", async () => {
    const { closed, write } = forEver(Buffer.alloc(64 * 1024, "x"));
    const { run } = await meet(() => (response) => write(response.writeHead(200, sdk)));
    expect(run).toMatchObject({
      status: "failed",
      error: expect.stringContaining("larger than the limit of 8388608 bytes; return less"),
    });
    await closed;
  });

  it("in single bytes is read like any other", async () => {
    const text = JSON.stringify("x".repeat(20_000));
    const { run } = await meet(() => (response) => {
      response.writeHead(200, sdk);
      for (const byte of text) response.write(byte);
      response.end();
    });
    expect(run).toMatchObject({ status: "completed", output: text });
  });

  it("a byte now and then is given up when the time for a call is over", async () => {
    const closed = Promise.withResolvers<void>();
    const { run } = await meet(() => {
      return (response) => {
        response.once("close", () => closed.resolve());
        const drip = setInterval(() => response.write(" "), 10);
        response.once("close", () => clearInterval(drip));
        response.writeHead(200, sdk);
      };
    }, 300);
    expect(run).toMatchObject({ status: "failed", error: expect.stringContaining("no answer within 0.3 s") });
    await closed.promise;
  });

  it("with headers that never end is cut off at their limit", async () => {
    const { run } = await meet(() => (response) => {
      response.socket?.write(`HTTP/1.1 200 OK\r\nx-inngest-sdk: js:v4\r\nx: ${"x".repeat(100_000)}`);
    });
    expect(run).toMatchObject({
      status: "failed",
      error: expect.stringContaining("the headers of its answer are larger than 16384 bytes"),
    });
  });

  it("with a bomb is cut off where it is unpacked", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
    const { run } = await meet(
      () => (response) => response.writeHead(200, { ...sdk, "content-encoding": "gzip" }).end(bomb),
    );
    expect(run).toMatchObject({
      status: "failed",
      error: expect.stringContaining("larger than the limit of 8388608 bytes; return less"),
    });
  });

  it("with 300,000 ops fails its run with the limit", async () => {
    const op = '{"op":"None","id":"a"}';
    const { run } = await meet(
      () => (response) => response.writeHead(206, sdk).end(`[${Array.from({ length: 300_000 }, () => op).join(",")}]`),
    );
    expect(run).toMatchObject({
      status: "failed",
      error: expect.stringContaining("reported 300000 steps at once; at most 1000 are allowed"),
    });
  });

  it("with redirects in a circle, each with a body that never ends, is given up", async () => {
    const { write } = forEver(Buffer.alloc(64 * 1024, "x"));
    const { run } = await meet((call) => (response) => {
      write(response.writeHead(307, { location: `http://${call.headers.host}/again` }));
    });
    expect(run).toMatchObject({ status: "failed", error: expect.stringContaining("redirects more than 60 times") });
  });
});
