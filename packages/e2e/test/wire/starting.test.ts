// What starts a run, and what does not: triggers, limits of starts, and the ends that others are told of, asked of one app
// that is written from the documents alone.
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { until } from "@stepwright/test-parts";
import { listen, portOf } from "../harness/app.ts";
import { registerFunctions, sdkHeaders, type WireFunction } from "../harness/fake-app.ts";
import type { RawAnswer, RawCall } from "../harness/raw-app.ts";
import { useServer } from "../harness/scope.ts";

const server = useServer({ args: ["--retry-interval", "0.05", "--no-poll"] });
let made = 0;

interface Served {
  readonly app: string;
  /** The events that a function was called with, in order. */
  called(fn: string): readonly Readonly<Record<string, unknown>>[];
  send(name: string, data?: object, more?: object): Promise<string>;
}

/** Serves functions; one that nothing is said of ends at once. */
async function serve(
  functions: readonly (WireFunction & { readonly answer?: (body: RawCall["body"]) => RawAnswer })[],
): Promise<Served> {
  const app = `start-${++made}`;
  const calls = new Map<string, RawCall["body"][]>();
  const answers = new Map(functions.map(({ id, answer }) => [`${app}-${id}`, answer]));
  const http = await listen((request, response) => {
    void text(request).then((body) => {
      const fnId = new URL(request.url ?? "/", "http://localhost").searchParams.get("fnId") ?? "";
      const call = JSON.parse(body) as RawCall["body"];
      calls.set(fnId, [...(calls.get(fnId) ?? []), call]);
      const answer = answers.get(fnId)?.(call) ?? { status: 200, body: null };
      response.writeHead(answer.status ?? 206, { ...sdkHeaders, ...answer.headers }).end(JSON.stringify(answer.body));
    });
  });
  const url = `http://localhost:${portOf(http)}/api/inngest`;
  // What answers is no JSON and stays here.
  const wire = functions.map((fn): WireFunction => ({ retries: 0, ...fn, answer: undefined }));
  const registered = await registerFunctions(server, wire, { url, appName: app });
  if (registered.status !== 200) throw new Error(registered.text);
  return {
    app,
    called: (fn) => (calls.get(`${app}-${fn}`) ?? []).map(({ event }) => event),
    async send(name, data = {}, more = {}) {
      const [id = ""] = await server.send({ name: `${app}/${name}`, data, ...more });
      return id;
    },
  };
}

async function sendMany(served: Served, name: string, datas: readonly object[]): Promise<readonly string[]> {
  return server.send(datas.map((data) => ({ name: `${served.app}/${name}`, data })));
}

const runsOf = (served: Served, fn: string, status?: string) =>
  server.runs({ function: `${served.app}-${fn}`, ...(status === undefined ? {} : { status }) });
const times = (count: number, data: object = {}): readonly object[] => Array.from({ length: count }, () => data);
const naps = (): RawAnswer => ({ body: [{ op: "Sleep", id: "nap", name: "1h" }] });

describe("a trigger", () => {
  test("starts a function once, whichever of its conditions hold, and none that errs", async () => {
    const app = `start-${made + 1}`;
    const served = await serve([
      {
        id: "both",
        triggers: [
          { event: `${app}/go`, expression: "event.data.a > 1" },
          { event: `${app}/go`, expression: "event.data.b == 'x'" },
          { event: `${app}/go` },
        ],
      },
      { id: "errs", triggers: [{ event: `${app}/go`, expression: "event.data.a > 1" }] },
    ]);
    const id = await served.send("go", { a: "text", b: "x" });
    await until(() => served.called("both").length > 0, { describe: () => "it is called" });
    expect(await runsOf(served, "errs")).toEqual([]);
    expect(await runsOf(served, "both")).toHaveLength(1);
    expect(await server.events({ name: `${app}/go` })).toMatchObject([{ internalId: id }]);
  });

  test("with a wildcard is for what follows it, over further parts of the name as well", async () => {
    const app = `start-${made + 1}`;
    const served = await serve([
      { id: "all", triggers: [{ event: `${app}/*` }] },
      { id: "users", triggers: [{ event: `${app}/user.*` }] },
    ]);
    for (const name of ["user.created", "user/created", "users", "deep/user.created"]) await served.send(name);
    await until(async () => (await runsOf(served, "all", "completed")).length === 4, {
      describe: () => "all have run",
    });
    expect(served.called("users").map(({ name }) => name)).toEqual([`${app}/user.created`]);
  });

  test("starts one run for two events of the same id, and keeps both", async () => {
    const served = await serve([{ id: "once" }]);
    await served.send("once", { n: 1 }, { id: `same-${made}` });
    await served.send("once", { n: 2 }, { id: `same-${made}` });
    expect(await server.events({ name: `${served.app}/once` })).toHaveLength(2);
    expect(await runsOf(served, "once")).toHaveLength(1);
  });

  test("starts a run at the time of an event of the future, which is not late until then", async () => {
    const served = await serve([{ id: "later", timeouts: { start: "200ms" } }]);
    const ts = Date.now() + 2_500;
    await served.send("later", {}, { ts });
    const [run] = await runsOf(served, "later");
    expect(run).toMatchObject({ status: "queued" });
    const ended = await server.ended(run?.id ?? "");
    expect(ended.status).toBe("completed");
    expect(ended.startedAt).toBeGreaterThanOrEqual(ts);
  });
});

describe("starts are limited", () => {
  test.each([
    [5, 1],
    [20, 3],
  ])("a rate of %i a minute lets %i through at once", async (limit, through) => {
    const served = await serve([{ id: "rated", rateLimit: { limit, period: "60s" } }]);
    await sendMany(served, "rated", times(8));
    expect(await runsOf(served, "rated")).toHaveLength(through);
  });

  test("a throttle of 3 calls three at once, and drops none", async () => {
    const served = await serve([{ id: "throttled", throttle: { limit: 3, period: "30s" } }]);
    await sendMany(served, "throttled", times(6));
    await until(async () => (await runsOf(served, "throttled", "completed")).length === 3, {
      describe: () => "three have run",
    });
    expect(await runsOf(served, "throttled", "queued")).toHaveLength(3);
    expect(served.called("throttled")).toHaveLength(3);
  });

  test("idempotency lets one through per value, and all that have none", async () => {
    const served = await serve([
      { id: "idem", idempotency: "event.data.key", rateLimit: { limit: 100, period: "1s" } },
    ]);
    await sendMany(served, "idem", [{ key: "a" }, { key: "a" }, { key: "b" }, {}, {}]);
    expect(await runsOf(served, "idem")).toHaveLength(4);
  });

  test("a singleton that skips has one run, and a skipped one for every other event", async () => {
    const served = await serve([{ id: "single", singleton: { mode: "skip" }, answer: naps }]);
    await sendMany(served, "single", times(10));
    expect(await runsOf(served, "single", "skipped")).toHaveLength(9);
    await until(() => served.called("single").length === 1, { describe: () => "one is called" });
  });

  test("a singleton that cancels has the last run go on", async () => {
    const served = await serve([{ id: "latest", singleton: { mode: "cancel", key: "event.data.user" }, answer: naps }]);
    for (const n of [1, 2, 3]) await served.send("latest", { user: "u", n });
    await served.send("latest", { user: "other", n: 4 });
    await until(async () => (await runsOf(served, "latest", "cancelled")).length === 2, {
      describe: () => "two are cancelled",
    });
    await until(async () => (await runsOf(served, "latest", "running")).length === 2, { describe: () => "two go on" });
  });

  test("a debounce starts one run with the last event", async () => {
    const served = await serve([{ id: "calm", debounce: { period: "1s" } }]);
    await sendMany(served, "calm", [{ n: 1 }, { n: 2 }, { n: 3 }]);
    await until(() => served.called("calm").length > 0, { describe: () => "the period is over" });
    expect(served.called("calm")).toMatchObject([{ data: { n: 3 } }]);
    expect(await runsOf(served, "calm")).toHaveLength(1);
  });

  test("a batch has its events in order, and one that its condition rejects runs alone", async () => {
    const calls: (readonly unknown[])[] = [];
    const served = await serve([
      {
        id: "batch",
        batchEvents: { maxSize: 3, timeout: "60s", if: "event.data.n > 0" },
        answer: (body) => {
          calls.push(body.events.map((event) => (event as { readonly data: { readonly n: number } }).data.n));
          return { status: 200, body: null };
        },
      },
    ]);
    await sendMany(served, "batch", [{ n: 1 }, { n: 0 }, { n: 2 }, { n: 3 }]);
    await until(() => calls.length === 2, { describe: () => "both have run" });
    expect(calls.toSorted((a, b) => a.length - b.length)).toEqual([[0], [1, 2, 3]]);
  });

  test("an invoked function that its rate stops is an error of the step at once", async () => {
    const app = `start-${made + 1}`;
    const served = await serve([
      { id: "callee", triggers: [], rateLimit: { limit: 1, period: "1h" } },
      {
        id: "caller",
        answer: ({ steps }) =>
          "call" in steps
            ? { status: 200, body: steps["call"] }
            : {
                body: [
                  { op: "InvokeFunction", id: "call", opts: { function_id: `${app}-callee`, payload: { data: {} } } },
                ],
              },
      },
    ]);
    const [first, second] = [await served.send("caller"), await served.send("caller")];
    const outputs = await Promise.all(
      [first, second].map(async (id) => {
        const [run] = await server.runsOf(id);
        return (await server.ended(run?.id ?? "")).output;
      }),
    );
    expect(outputs).toContainEqual({ data: null });
    expect(outputs).toContainEqual({
      error: expect.objectContaining({ message: "invoked function is rate limited" }) as object,
    });
  });
});

describe("the end of a run", () => {
  test("that failed is told with its error, its event and its id, once, and starts no handler of its own", async () => {
    const app = `start-${made + 1}`;
    const error = { name: "Boom", message: "it broke", stack: "at a" };
    const served = await serve([
      { id: "fails", answer: () => ({ status: 500, body: error }) },
      {
        id: "fails-failure",
        triggers: [{ event: "inngest/function.failed", expression: `event.data.function_id == '${app}-fails'` }],
        answer: () => ({ status: 500, body: { name: "Again", message: "as well" } }),
      },
      {
        id: "finished",
        triggers: [{ event: "inngest/function.finished", expression: `event.data.function_id == '${app}-fails'` }],
      },
    ]);
    await served.send("fails", { n: 7 });
    await until(() => served.called("finished").length === 1 && served.called("fails-failure").length === 1, {
      describe: () => "both are told",
    });
    const [failed] = await runsOf(served, "fails", "failed");
    expect(served.called("fails-failure")).toMatchObject([
      {
        id: failed?.id,
        name: "inngest/function.failed",
        data: {
          _inngest: { status: "Failed" },
          error: { error: "invalid status code: 500", ...error },
          event: { name: `${app}/fails`, data: { n: 7 } },
          events: [{ data: { n: 7 } }],
          function_id: `${app}-fails`,
          run_id: failed?.id,
          result: error,
        },
      },
    ]);
    expect(served.called("finished")).toMatchObject([{ data: { _inngest: { status: "Failed" }, run_id: failed?.id } }]);
    const [handler] = await until(
      async () => {
        const rows = await runsOf(served, "fails-failure", "failed");
        return rows.length === 1 ? rows : null;
      },
      { describe: () => "the handler has failed" },
    );
    const ends = await server.events({ name: "inngest/function.failed", internal: "true" });
    const told = await Promise.all(ends.map(async ({ internalId }) => (await server.event(internalId)).data));
    expect(told.filter((data) => (data as { run_id: string }).run_id === handler?.id)).toEqual([]);
  });

  test("that took too long is a cancellation, told as such and as no failure", async () => {
    const app = `start-${made + 1}`;
    const of = `event.data.function_id == '${app}-slow'`;
    const served = await serve([
      { id: "slow", timeouts: { finish: "300ms" }, answer: naps },
      { id: "cancelled", triggers: [{ event: "inngest/function.cancelled", expression: of }] },
      { id: "finished", triggers: [{ event: "inngest/function.finished", expression: of }] },
      { id: "failed", triggers: [{ event: "inngest/function.failed", expression: of }] },
    ]);
    await served.send("slow");
    await until(() => served.called("cancelled").length === 1 && served.called("finished").length === 1, {
      describe: () => "both are told",
    });
    const [run] = await runsOf(served, "slow");
    expect(run).toMatchObject({ status: "cancelled" });
    expect(served.called("cancelled")).toMatchObject([
      { id: run?.id, data: { _inngest: { status: "Cancelled" }, function_id: `${app}-slow`, run_id: run?.id } },
    ]);
    expect(served.called("finished")).toMatchObject([{ data: { _inngest: { status: "Cancelled" } } }]);
    expect(served.called("cancelled")[0]?.["data"]).not.toHaveProperty("error");
    expect(served.called("failed")).toEqual([]);
  });

  test("by an event: only by one that came later, and of the same value", async () => {
    const app = `start-${made + 1}`;
    const served = await serve([
      {
        id: "order",
        triggers: [{ event: `${app}/order` }],
        cancel: [{ event: `${app}/order`, if: "event.data.id == async.data.id" }],
        answer: naps,
      },
    ]);
    await served.send("order", { id: "a" });
    await served.send("order", { id: "b" });
    await until(async () => (await runsOf(served, "order", "running")).length === 2, { describe: () => "both go on" });
    await served.send("order", { id: "a" });
    await until(async () => (await runsOf(served, "order", "cancelled")).length === 1, {
      describe: () => "the first is cancelled",
    });
    await until(async () => (await runsOf(served, "order", "running")).length === 2, {
      describe: () => "the third goes on",
    });
  });
});
