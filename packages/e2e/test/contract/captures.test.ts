// Golden captures as contract tests: the real server, given the recorded answers of the published SDKs over HTTP, asks what the
// reference asked, takes what the SDKs send meanwhile, and comes to the same end.
import { beforeAll, describe, expect, test } from "vitest";
import { createServer } from "node:http";
import { once } from "node:events";
import { portOf } from "../harness/app.ts";
import { useServer } from "../harness/scope.ts";
import { bodyDifferences, headerDifferences } from "./differences.ts";
import { captureNames, type Fields, openRecording } from "./recording.ts";
import { createReplay, isFolding, type MadeCall, type Replay } from "./replay.ts";
import { headerShape, requestShape } from "./shape.ts";

const key = "signkey-test-00112233445566778899aabbccddeeff";
const server = useServer({ args: ["--retry-interval", "1", "--no-poll"] });
// Its functions listen to the ends of all others.
const lifecycleServer = useServer({ args: ["--retry-interval", "1", "--no-poll"] });
const keyedServer = useServer({
  command: "start",
  args: ["--signing-key", key, "--event-key", "evtkey-abc", "--host", "127.0.0.1", "--retry-interval", "1"],
  key,
});

const replays = new Map<string, { readonly replay: Replay; readonly played: Promise<Error | null> }>();

// All at once: most of their time is the time that sleeps take.
beforeAll(async () => {
  const http = createServer((request, response) => {
    const index = Number(/^\/r(\d+)\//u.exec(request.url ?? "")?.[1]);
    replays.get(captureNames[index] ?? "")?.replay.listener(request, response);
  });
  http.listen(0).unref();
  await once(http, "listening");
  for (const [index, name] of captureNames.entries()) {
    const recording = openRecording(name, { index, port: portOf(http) });
    const replay = createReplay(serverOf(name), recording);
    const played = replay.play().then(
      () => null,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
    replays.set(name, { replay, played });
  }
  return () => http.closeAllConnections();
});

describe.each(captureNames)("%s", (name) => {
  test("the server asks what the reference asked and comes to the same end", { timeout: 90_000 }, async () => {
    const { replay, played } = playing(name);
    const failure = await played;
    if (failure !== null) throw failure;
    const { recording, made } = replay;
    for (const call of made.filter(({ recorded }) => recorded !== null)) {
      expect(differencesOf(replay, call)).toEqual([]);
      expect(call.nested.map(({ path, ours }) => [path, ours])).toEqual(
        call.nested.map(({ path, theirs }) => [path, theirs]),
      );
    }
    if (!isFolding(recording)) expect(made.filter(({ recorded }) => recorded === null)).toEqual([]);
    const [final] = recording.finalRuns;
    const [first] = made;
    if (final === undefined || first === undefined) return;
    const run = await serverOf(name).run(first.runId);
    expect(run.status).toBe(final.status.toLowerCase());
    if (final.status === "Failed") {
      const { message } = final.output as { readonly message?: string };
      expect(run.error?.message).toBe(message);
    }
  });
});

describe("a request that is not what was recorded", () => {
  const changes: readonly (readonly [string, (call: MadeCall) => MadeCall])[] = [
    ["a memo of another value", (call) => withBody(call, { steps: { changed: { data: 1 } } })],
    ["another request version", (call) => withBody(call, { version: 7 })],
    ["a field that is missing", (call) => ({ ...call, body: without(call.body, "use_api") })],
    ["a field too many", (call) => withBody(call, { extra: null })],
    ["another attempt", (call) => withBody(call, { ctx: { ...(call.body["ctx"] as Fields), attempt: 3 } })],
    ["a header that is missing", (call) => ({ ...call, headers: without(call.headers, "x-inngest-req-version") })],
    ["a header of another value", (call) => ({ ...call, headers: { ...call.headers, "content-type": "text/plain" } })],
  ];

  test.each(changes)("is told: %s", async (_what, change) => {
    const { replay, played } = playing("v3-two-steps");
    await played;
    const [call] = replay.made;
    if (call === undefined) throw new Error("the capture has a call");
    expect(differencesOf(replay, change(call))).not.toEqual([]);
  });
});

test("every difference that is allowed is one that some capture needs", () => {
  for (const { captures } of bodyDifferences) expect(captureNames.some((name) => captures.test(name))).toBe(true);
  expect(captureNames.length).toBeGreaterThanOrEqual(87);
});

function playing(name: string): { readonly replay: Replay; readonly played: Promise<Error | null> } {
  const found = replays.get(name);
  if (found === undefined) throw new Error(`${name} is not being replayed`);
  return found;
}

function serverOf(name: string) {
  if (name.includes("signed")) return keyedServer;
  return name.includes("lifecycle") ? lifecycleServer : server;
}

/** What is different in a call that was recorded, on purpose or not at all allowed for. */
function differencesOf({ recording }: Replay, { headers, body, recorded }: MadeCall): readonly string[] {
  if (recorded === null) return [];
  const paths = bodyDifferences.filter(({ captures }) => captures.test(recording.name)).flatMap((one) => one.paths);
  const ours = lines(requestShape(recording, withoutPaths(body, paths)));
  const theirs = lines(requestShape(recording, withoutPaths(recorded.body, paths)));
  const ourHeaders = Object.entries(comparedHeaders(headers));
  const theirHeaders = Object.entries(comparedHeaders(recorded.exchange.request.headers));
  return [...changed("body", ours, theirs), ...changed("header", ourHeaders.map(String), theirHeaders.map(String))];
}

function lines(text: string): readonly string[] {
  return text.split("\n");
}

function changed(what: string, ours: readonly string[], theirs: readonly string[]): readonly string[] {
  return ours.join("\n") === theirs.join("\n")
    ? []
    : [
        ...ours.filter((line) => !theirs.includes(line)).map((line) => `${what} of ours alone: ${line.trim()}`),
        ...theirs.filter((line) => !ours.includes(line)).map((line) => `${what} of theirs alone: ${line.trim()}`),
        `${what} differs`,
      ];
}

function comparedHeaders(headers: MadeCall["headers"]): Readonly<Record<string, string>> {
  return headerShape(Object.fromEntries(Object.entries(headers).filter(([name]) => !(name in headerDifferences))));
}

function withoutPaths(body: Fields, paths: readonly string[]): Fields {
  const copy = structuredClone(body) as Record<string, unknown>;
  for (const path of paths) remove(copy, path.split("."));
  return copy;
}

function remove(value: unknown, [key = "", ...rest]: readonly string[]): void {
  if (typeof value !== "object" || value === null) return;
  const fields = value as Record<string, unknown>;
  const keys = key === "*" ? Object.keys(fields) : [key];
  for (const one of keys) {
    if (rest.length === 0) delete fields[one];
    else remove(fields[one], rest);
  }
}

function withBody(call: MadeCall, fields: Fields): MadeCall {
  return { ...call, body: { ...call.body, ...fields } };
}

function without<T extends Fields>(fields: T, name: string): T {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name)) as T;
}
