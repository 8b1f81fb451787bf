import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { PassThrough } from "node:stream";
import { asRunId, millis, type Millis } from "@stepwright/protocol";
import type { Clock, LiveChange, LiveFeed } from "@stepwright/runtime";
import { beforeEach, describe, expect, it } from "vitest";
import { liveBufferBytesMax, liveCoalesceMs, liveHeartbeatMs, liveRunsMax, liveStuckMs } from "./limits.ts";
import { createLiveHub, type LiveHub } from "./live.ts";

/** A clock that stands still until it is moved. */
function handClock(): Clock & { advance(ms: number): Promise<void> } {
  let at = 1_000_000;
  let sleepers: { readonly until: Millis; readonly wake: () => void }[] = [];
  const sleepUntil = (until: Millis, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (until <= at) return resolve();
      sleepers.push({ until, wake: resolve });
      signal.addEventListener("abort", () => resolve());
    });
  return {
    now: () => millis(at),
    wallNow: () => millis(at),
    sleepUntil,
    sleep: (ms, signal) => sleepUntil(millis(at + ms), signal),
    async advance(ms) {
      at += ms;
      const due = sleepers.filter(({ until }) => until <= at);
      sleepers = sleepers.filter(({ until }) => until > at);
      for (const { wake } of due) wake();
      await turn();
    },
  };
}

/** Lets everything that was set off run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function handFeed(): LiveFeed & { publish(change: Partial<LiveChange>): Promise<void>; readonly listeners: number } {
  const listeners = new Set<(change: LiveChange) => void>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    get listeners() {
      return listeners.size;
    },
    async publish(change) {
      for (const listener of listeners) listener({ runs: [], hasNewEvents: false, haveAppsChanged: false, ...change });
      await turn();
    },
  };
}

function textOf(stream: PassThrough): string {
  let text = "";
  for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null)
    text += chunk.toString();
  return text;
}

function messagesOf(stream: PassThrough): unknown[] {
  return textOf(stream)
    .split("\n\n")
    .filter((part) => part.startsWith("data: "))
    .map((part) => JSON.parse(part.slice("data: ".length)));
}

const run = (id: string, status: LiveChange["runs"][number]["status"]): LiveChange["runs"][number] => ({
  id: asRunId(id),
  status,
});

let clock: ReturnType<typeof handClock>;
let feed: ReturnType<typeof handFeed>;
let hub: LiveHub;
let dropped: number[];

beforeEach(() => {
  clock = handClock();
  feed = handFeed();
  dropped = [];
  hub = createLiveHub({ feed, clock, onDropped: (behindMs) => dropped.push(behindMs) });
});

describe("the live feed", () => {
  it("sends the first change at once, and gathers those that follow", async () => {
    const page = new PassThrough();
    hub.add(page);
    await feed.publish({ runs: [run("A", "queued")] });
    expect(messagesOf(page)).toEqual([
      { kind: "changes", runs: [{ id: "A", status: "queued" }], hasNewEvents: false, haveAppsChanged: false },
    ]);

    await feed.publish({ runs: [run("A", "running"), run("B", "queued")] });
    await feed.publish({ runs: [run("A", "completed")], hasNewEvents: true });
    expect(messagesOf(page)).toEqual([]);
    await clock.advance(liveCoalesceMs);
    expect(messagesOf(page)).toEqual([
      {
        kind: "changes",
        runs: [
          { id: "A", status: "completed" },
          { id: "B", status: "queued" },
        ],
        hasNewEvents: true,
        haveAppsChanged: false,
      },
    ]);
  });

  it("tells pages to start afresh when more changed than is worth naming", async () => {
    const page = new PassThrough();
    hub.add(page);
    await feed.publish({ runs: Array.from({ length: liveRunsMax + 1 }, (_, index) => run(`R${index}`, "queued")) });
    expect(messagesOf(page)).toEqual([{ kind: "reset" }]);
  });

  it("sends a comment while nothing happens", async () => {
    const page = new PassThrough();
    hub.add(page);
    textOf(page);
    await clock.advance(liveHeartbeatMs);
    expect(textOf(page)).toBe(": still here\n\n");
  });

  it("keeps nothing for a page that does not read, and has it start afresh once it does", async () => {
    const slow = new PassThrough({ highWaterMark: 1 });
    const quick = new PassThrough();
    hub.add(slow);
    hub.add(quick);
    let quickMessages = 0;
    const many = Array.from({ length: 900 }, (_, index) => run(`run-${index}`.padEnd(26, "0"), "queued"));
    for (let round = 0; round < 20; round++) {
      await feed.publish({ runs: many });
      await clock.advance(liveCoalesceMs);
      quickMessages += messagesOf(quick).length;
    }
    expect(slow.writableLength).toBeLessThan(liveBufferBytesMax * 2);
    expect(quickMessages).toBe(20);

    const text: string[] = [];
    slow.on("data", (chunk: Buffer) => text.push(chunk.toString()));
    while (slow.writableLength > 0) await turn();
    await turn();
    expect(text.join("").endsWith(`data: {"kind":"reset"}\n\n`)).toBe(true);
    await feed.publish({ hasNewEvents: true });
    await clock.advance(liveCoalesceMs);
    await turn();
    expect(text.join("")).toContain(`"hasNewEvents":true`);
  });

  it("drops a page that has stopped reading, with a bounded buffer until then, and goes on with the others", async () => {
    const answered = Promise.withResolvers<ServerResponse>();
    const server = createServer((_request, response) => {
      hub.add(response);
      answered.resolve(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const stuck = connect((server.address() as AddressInfo).port, "127.0.0.1");
    stuck.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    const response = await answered.promise;
    const quick = new PassThrough();
    hub.add(quick);

    const many = Array.from({ length: 900 }, (_, index) => run(`run-${index}`.padEnd(26, "0"), "queued"));
    // The system takes some megabytes before anything waits here.
    while (response.writableLength <= liveBufferBytesMax) {
      await feed.publish({ runs: many });
      await clock.advance(liveCoalesceMs);
      textOf(quick);
    }
    expect(response.writableLength).toBeLessThan(liveBufferBytesMax * 2);
    const closed = once(response, "close");
    for (let ms = 0; ms < liveStuckMs; ms += liveHeartbeatMs) await clock.advance(liveHeartbeatMs);
    await clock.advance(liveHeartbeatMs);
    await closed;
    expect(dropped).toHaveLength(1);
    expect(hub.clients).toBe(1);
    textOf(quick);
    await feed.publish({ hasNewEvents: true });
    expect(messagesOf(quick)).toHaveLength(1);
    stuck.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  it("listens only while a page is open", async () => {
    expect(feed.listeners).toBe(0);
    const page = new PassThrough();
    hub.add(page);
    expect(feed.listeners).toBe(1);
    page.destroy();
    await turn();
    expect(feed.listeners).toBe(0);
    expect(hub.clients).toBe(0);
  });

  it("ends every stream when it closes", async () => {
    const page = new PassThrough();
    hub.add(page);
    hub.close();
    expect(page.writableEnded).toBe(true);
  });

  it("ends at once what comes after it was closed, and listens to nothing any more", () => {
    hub.close();
    const late = new PassThrough();
    hub.add(late);
    expect(late.writableEnded).toBe(true);
    expect(feed.listeners).toBe(0);
  });
});
