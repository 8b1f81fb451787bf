// Replays captures against a real server: it calls, the recorded app answers, and what the app sent meanwhile is sent again.
import type { IncomingHttpHeaders, RequestListener } from "node:http";
import { text as readText } from "node:stream/consumers";
import { until } from "@stepwright/test-parts";
import type { ServerApi } from "../harness/server-api.ts";
import { type Exchange, type Fields, functionsOf, type RecordedCall, type Recording } from "./recording.ts";
import { requestShape } from "./shape.ts";

/** One call that the server made. */
export interface MadeCall {
  readonly runId: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Fields;
  /** The recorded call it repeats; null for one that the reference did not make. */
  readonly recorded: RecordedCall | null;
  /** Answers of the server to what the app sent during the call, with those the reference gave. */
  readonly nested: { readonly path: string; readonly ours: number; readonly theirs: number }[];
}

/** A replay under way. */
export interface Replay {
  readonly recording: Recording;
  readonly made: MadeCall[];
  readonly listener: RequestListener;
  /** Registers the app, sends what was sent to the reference, and waits until every recorded call was made. */
  play(): Promise<void>;
}

/** Prepares a replay; `listener` must answer at `recording.base`. */
export function createReplay(server: ServerApi, recording: Recording): Replay {
  const made: MadeCall[] = [];
  // What comes later, the recording did not wait for.
  const madeInTime: MadeCall[] = [];
  const unused = new Set(recording.calls);
  const answered = new Set<RecordedCall>();

  const callFor = (wanted: Wanted): RecordedCall | null => {
    const same = [...unused].filter((one) => isSame(one, wanted));
    const shape = requestShape(recording, wanted.body);
    const found = same.find((one) => requestShape(recording, one.body) === shape) ?? same[0] ?? null;
    if (found !== null) unused.delete(found);
    return found;
  };

  /** Waits until what the reference had called before this call ended is called, and what had ended by then is answered. */
  const turnOf = (recorded: RecordedCall): Promise<unknown> =>
    until(
      async () =>
        recording.calls
          .filter(({ ctx }) => ctx.run_id === recorded.ctx.run_id)
          .filter((one) => one !== recorded)
          .every(
            (one) =>
              (one.startedAt >= recorded.endedAt || !unused.has(one)) &&
              (one.endedAt >= recorded.endedAt || answered.has(one)),
          ),
      { timeoutMs: 20_000, everyMs: 5, describe: () => `${recording.name}: calls in the order of the reference` },
    );

  const answerCall = async (url: URL, headers: IncomingHttpHeaders, body: Fields) => {
    const ctx = body["ctx"] as RecordedCall["ctx"];
    const wanted: Wanted = {
      slug: recording.unname(url.searchParams.get("fnId") ?? ""),
      stepId: url.searchParams.get("stepId") ?? "",
      ctx,
      body,
    };
    const recorded = callFor(wanted);
    const answer = recorded ?? nearest(recording, wanted);
    const call: MadeCall = { runId: ctx.run_id, headers, body, recorded, nested: [] };
    made.push(call);
    const ours = withIdsOf(answer, body, recording);
    if (recorded !== null) {
      if (isOrdered(recording)) await turnOf(recorded);
      for (const exchange of nestedIn(recording, recorded)) call.nested.push(await resend(server, exchange, ours));
      answered.add(recorded);
    }
    return { response: answer.exchange.response, text: ours(JSON.stringify(answer.exchange.response.body)) };
  };

  const listener: RequestListener = (request, response) => {
    void readText(request).then(async (body) => {
      // A dev server asks every app again and again to register: that is no call.
      if (request.method === "PUT") {
        response.writeHead(405, { "x-inngest-sdk": "inngest-js:v4.24.0" }).end();
        return;
      }
      const url = new URL(request.url ?? "/", recording.base);
      if (url.pathname.includes("/upstream/")) {
        const answer = recordedUpstream(recording);
        response.writeHead(answer.status, sentHeaders(answer.headers)).end(answer.body);
        return;
      }
      const answer = await answerCall(url, request.headers, JSON.parse(body) as Fields);
      response.writeHead(answer.response.status ?? 500, sentHeaders(answer.response.headers ?? {})).end(answer.text);
    });
  };

  /** Of captures whose calls are folded nobody knows how many there will be: only their end tells that all were made. */
  const isQuiet = async (before: number): Promise<boolean> => {
    const runs = await Promise.all([...new Set(made.map(({ runId }) => runId))].map((runId) => server.run(runId)));
    const isOver =
      before === Infinity && isFolding(recording) && recording.finalRuns.every(({ status }) => isEnd(status));
    return runs.every(({ status, doing }) =>
      isOver ? isEnd(status) : doing.every(({ kind }) => kind !== "calling" && kind !== "queued"),
    );
  };
  const untilMade = (before: number): Promise<unknown> =>
    until(
      async () => {
        const missing = recording.calls.filter((one) => one.endedAt <= before && !answered.has(one));
        return (missing.length === 0 || isFolding(recording)) && made.length > 0 && (await isQuiet(before));
      },
      {
        timeoutMs: recording.name.includes("cron") ? 70_000 : 30_000,
        everyMs: 25,
        describe: () =>
          `${recording.name}: calls not made: ${[...unused].map(({ slug, stepId }) => `${slug} ${stepId}`).join()}`,
      },
    );

  return {
    recording,
    made: madeInTime,
    listener,
    async play() {
      await register(server, recording);
      const sent = recording.exchanges.filter(({ direction }) => direction === "client->engine");
      for (const [index, exchange] of sent.entries()) {
        if (index > 0) await untilMade(exchange.at_ms);
        const { ours } = await resend(server, exchange, recording.rename);
        if (ours !== 200) throw new Error(`${recording.name}: what was sent was answered with ${ours}`);
      }
      await untilMade(Infinity);
      madeInTime.push(...made);
    },
  };
}

interface Wanted {
  readonly slug: string;
  readonly stepId: string;
  readonly ctx: RecordedCall["ctx"];
  readonly body: Fields;
}

function isSame(one: RecordedCall, { slug, stepId, ctx }: Wanted): boolean {
  return (
    one.slug === slug &&
    one.stepId === stepId &&
    one.ctx.attempt === ctx.attempt &&
    one.ctx.stack.stack.toSorted().join() === ctx.stack.stack.toSorted().join()
  );
}

/** What the app told when it knew of the most of these steps: it reports again what is pending. */
function nearest(recording: Recording, { slug, stepId, ctx }: Wanted): RecordedCall {
  const [found] = recording.calls
    .filter((one) => one.slug === slug && one.stepId === stepId)
    .filter((one) => one.ctx.stack.stack.every((id) => ctx.stack.stack.includes(id)))
    .toSorted((a, b) => b.ctx.stack.stack.length - a.ctx.stack.stack.length);
  if (found === undefined) throw new Error(`${recording.name}: the app was never asked for ${slug} ${stepId}`);
  return found;
}

/** Gives recorded text the ids of the replayed call. */
function withIdsOf(recorded: RecordedCall, body: Fields, recording: Recording): (text: string) => string {
  const theirs = recorded.ctx as unknown as Fields;
  const ours = body["ctx"] as Fields;
  const pairs = ["run_id", "fn_id", "qi_id", "request_id"].map(
    (key) => [String(theirs[key]), String(ours[key])] as const,
  );
  return (text) => {
    let renamed = recording.rename(text);
    for (const [from, to] of pairs) renamed = renamed.replaceAll(from, to);
    return renamed.replaceAll(/"generation_id":\d+/gu, `"generation_id":${String(ours["generation_id"])}`);
  };
}

/** What the app sent while it answered, and the reference took. */
function nestedIn(recording: Recording, call: RecordedCall): readonly Exchange[] {
  return recording.exchanges.filter(
    ({ direction, at_ms: at, request, response }) =>
      direction === "sdk->engine" &&
      response.status === 200 &&
      at >= call.startedAt &&
      at <= call.endedAt &&
      (!request.url.includes("/checkpoint/") || request.url.includes(call.ctx.run_id)),
  );
}

async function resend(
  server: ServerApi,
  { request, response }: Exchange,
  renamed: (text: string) => string,
): Promise<MadeCall["nested"][number]> {
  const path = renamed(request.url);
  const kept = ["content-type", "authorization", "x-inngest-sdk", "x-inngest-event-id-seed"];
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => kept.includes(name)));
  const answer = await server.request("POST", path, { body: renamed(JSON.stringify(request.body)), headers });
  return { path: request.url, ours: answer.status, theirs: response.status ?? 0 };
}

async function register(server: ServerApi, recording: Recording): Promise<void> {
  const url = `${recording.base}/api/inngest`;
  const functions = recording.rename(JSON.stringify(functionsOf(recording)));
  const [first = ""] = recording.calls.map(({ slug }) => slug.split("-")[0] ?? "");
  const body = `{"url":"${url}","deployType":"ping","framework":"nodejs","appName":"${recording.rename(`${first}-`).slice(0, -1)}","sdk":"js:${recording.name.slice(0, 2)}.54.2","v":"0.1","functions":${functions}}`;
  const answer = await server.request("POST", "/fn/register", { body });
  if (answer.status !== 200) throw new Error(`${recording.name} was not registered: ${answer.text}`);
}

/** The upstream's answer to a request of the server's own, told from the memo that came of it. */
function recordedUpstream(recording: Recording): {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
} {
  const op = recording.calls
    .flatMap(({ exchange }) => (Array.isArray(exchange.response.body) ? (exchange.response.body as Fields[]) : []))
    .find((one) => one["op"] === "Gateway" || one["op"] === "AIGateway");
  const memos = recording.calls.map(({ body }) => (body["steps"] as Fields)[String(op?.["id"])]);
  const memo = memos.find((one) => one !== undefined) as
    | {
        readonly data?: {
          readonly status_code?: number;
          readonly body?: string;
          readonly headers?: Readonly<Record<string, string>>;
        };
        readonly error?: { readonly message: string; readonly stack: string };
      }
    | undefined;
  if (memo?.error !== undefined)
    return { status: Number(/\d+$/u.exec(memo.error.message)?.[0]), headers: {}, body: memo.error.stack };
  if (op?.["op"] === "AIGateway") return { status: 200, headers: {}, body: JSON.stringify(memo?.data) };
  return { status: memo?.data?.status_code ?? 200, headers: memo?.data?.headers ?? {}, body: memo?.data?.body ?? "" };
}

const connectionHeaders = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
  "content-encoding",
]);

function sentHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !connectionHeaders.has(name.toLowerCase())));
}

function isEnd(status: string): boolean {
  return !["queued", "running"].includes(status.toLowerCase());
}

/** Members of a group that end in another order give other calls; where each gives a call of its own, the order is part of the capture. */
function isOrdered(recording: Recording): boolean {
  return recording.name.includes("parallel") && !isFolding(recording);
}

/** Version 1 calls the function after every member of a group, each with the memos of that moment; ours folds these calls. */
export function isFolding({ calls }: Recording): boolean {
  return calls.some(
    ({ body, ctx }) => body["version"] === 1 && (ctx as unknown as Fields)["disable_immediate_execution"] === true,
  );
}
