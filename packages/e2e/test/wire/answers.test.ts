// What a call may be answered with besides ops: statuses, encodings, streams, and when to try again.
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { complete, serveRaw, type RawAnswer } from "../harness/raw-app.ts";
import { useServer } from "../harness/scope.ts";

const server = useServer({ args: ["--retry-interval", "0.05", "--no-poll"] });
const json = JSON.stringify({ done: true });
const envelope = (more: object): string => `   \n ${JSON.stringify({ status: 200, headers: {}, version: 2, ...more })}`;

describe("a function's result", () => {
  test.each<[string, RawAnswer, unknown]>([
    ["200 with JSON", { status: 200, body: json }, { done: true }],
    ["200 with null", { status: 200, body: "null" }, null],
    ["200 with nothing", { status: 200, body: "" }, null],
    ["200 with text that is no JSON", { status: 200, body: "all done" }, "all done"],
    ["200 with a text", { status: 200, body: '"all done"' }, "all done"],
    ["200 with a text that holds an object", { status: 200, body: JSON.stringify(json) }, { done: true }],
    ["200 with a text that holds a number", { status: 200, body: '"5"' }, "5"],
    ["202", { status: 202, body: json }, { done: true }],
    ["206 with white space around", { body: ` \n${JSON.stringify([complete(1)])}\n ` }, 1],
    ["gzip", { status: 200, headers: { "content-encoding": "gzip" }, body: gzipSync(json) }, { done: true }],
    ["br", { status: 200, headers: { "content-encoding": "br" }, body: brotliCompressSync(json) }, { done: true }],
    ["a stream with a result", { status: 201, body: envelope({ body: json }) }, { done: true }],
    [
      "a stream with ops",
      { status: 201, body: envelope({ status: 206, body: JSON.stringify([complete("op")]) }) },
      "op",
    ],
    [
      "a stream whose body is JSON and no text",
      { status: 201, body: envelope({ status: 206, body: [complete(2)] }) },
      2,
    ],
  ])("may come as %s", async (_name, answer, output) => {
    const app = await serveRaw(server, () => answer);
    expect(await app.runOnce()).toMatchObject({ status: "completed", output });
    expect(app.calls).toHaveLength(1);
  });
});

describe("an attempt that failed", () => {
  const failure = JSON.stringify({
    name: "Boom",
    message: "it broke",
    stack: "at a\nat b",
    cause: { message: "below" },
  });
  const again = (answer: RawAnswer) => (call: { readonly body: { readonly ctx: { readonly attempt: number } } }) =>
    call.body.ctx.attempt === 0 ? answer : { body: [complete("second")] };

  test.each<[string, RawAnswer]>([
    ["500", { status: 500, body: failure }],
    ["500 that says to try again", { status: 500, headers: { "x-inngest-no-retry": "false" }, body: failure }],
    ["400 that says to try again", { status: 400, headers: { "x-inngest-no-retry": "false" }, body: failure }],
    ["400 that does not say", { status: 400, body: failure }],
    ["a 200 that no SDK sent", { status: 200, headers: { "x-inngest-sdk": "" }, body: json }],
    ["a 502 that no SDK sent", { status: 502, headers: { "x-inngest-sdk": "" }, body: "<h1>Bad gateway</h1>" }],
    ["a stream with an error", { status: 201, body: envelope({ status: 500, body: failure }) }],
    ["a stream that failed itself", { status: 201, body: JSON.stringify({ error: "it broke" }) }],
    ["a step that is not there", { status: 500, body: { error: "Could not find step", requestedStep: "x" } }],
  ])("by %s is followed by another", async (_name, answer) => {
    const app = await serveRaw(server, again(answer), { retries: 1 });
    expect(await app.runOnce()).toMatchObject({ status: "completed", output: "second" });
    // No 206 was taken: the version is still unknown.
    expect(app.calls[1]?.body).toMatchObject({ version: -1, ctx: { attempt: 1 } });
  });

  test.each<[string, RawAnswer]>([
    ["a header", { status: 400, headers: { "x-inngest-no-retry": "true" }, body: failure }],
    ["a header with 500", { status: 500, headers: { "x-inngest-no-retry": "true" }, body: failure }],
    [
      "a header inside of a stream",
      { status: 201, body: envelope({ status: 400, headers: { "X-Inngest-No-Retry": "true" }, body: failure }) },
    ],
    [
      "its status, from an SDK of old",
      { status: 400, headers: { "x-inngest-sdk": "inngest-js:v1.9.0" }, body: failure },
    ],
  ])("is the last when the app says so by %s", async (_name, answer) => {
    const app = await serveRaw(server, () => answer, { retries: 3 });
    expect(await app.runOnce()).toMatchObject({
      status: "failed",
      error: { name: "Boom", message: "it broke", stack: "at a\nat b" },
    });
    expect(app.calls).toHaveLength(1);
  });
});

describe("an app decides when it is called again", () => {
  // A whole second, so that dates without fractions say the same.
  const later = new Date((Math.ceil(Date.now() / 1000) + 600) * 1000);
  const utc = later.toUTCString();
  const [weekday = "", day = "", month = "", year = "", time = ""] = utc.replace(",", "").split(" ");
  const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
  const inSeconds = (seconds: number) => (now: number) => now + seconds * 1000;
  const atLater = () => later.getTime();

  test.each<[string, string, (now: number) => number]>([
    ["seconds", "600", inSeconds(600)],
    ["RFC 3339", later.toISOString(), atLater],
    ["RFC 3339 with an offset", later.toISOString().replace(/\.\d+Z$/u, "+00:00"), atLater],
    ["RFC 1123", utc, atLater],
    ["RFC 850", `${weekdays[later.getUTCDay()]}, ${day}-${month}-${year.slice(2)} ${time} GMT`, atLater],
    ["ANSI C", `${weekday} ${month} ${String(later.getUTCDate()).padStart(2)} ${time} ${year}`, atLater],
    ["a date and a time", `${later.toISOString().slice(0, 10)} ${time}`, atLater],
    ["more than a day: after a day", "9999999", inSeconds(24 * 3600)],
  ])("by %s", async (_name, header, expected) => {
    const answers: RawAnswer[] = [
      { status: 500, headers: { "retry-after": header }, body: { message: "later" } },
      { headers: { "retry-after": header }, body: [{ op: "StepError", id: "a", error: { message: "later" } }] },
    ];
    for (const answer of answers) {
      const app = await serveRaw(server, () => answer, { retries: 3 });
      const before = Date.now();
      const { id } = await app.start();
      const { steps } = await server.waitForRun(id, (run) =>
        run.steps.some(({ nextAttemptAt }) => nextAttemptAt !== null),
      );
      const at = steps.flatMap(({ nextAttemptAt }) => nextAttemptAt ?? [])[0] ?? 0;
      expect(at).toBeGreaterThanOrEqual(expected(before));
      expect(at).toBeLessThanOrEqual(expected(Date.now()));
      await server.request("POST", `/api/runs/${id}/cancel`);
    }
  });

  test.each([
    ["a time that has passed", "2020-01-01T00:00:00Z", 1_000],
    ["less than a second, which is none", "0.5", 50],
    ["what is no time", "when it is ready", 50],
  ])("by %s, and is called at the soonest", async (_name, header, soonestMs) => {
    const answer = { status: 500, headers: { "retry-after": header }, body: { message: "later" } };
    const app = await serveRaw(server, ({ body }) => (body.ctx.attempt === 0 ? answer : { body: [complete(1)] }), {
      retries: 1,
    });
    expect(await app.runOnce()).toMatchObject({ status: "completed" });
    const [first, second] = app.calls;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(soonestMs);
  });
});
