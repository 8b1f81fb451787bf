// Fuzzes one server for so long: sends the requests of a seed, judges every answer, and at the end the server and its data.
import { until } from "@stepwright/test-parts";
import { type Child } from "../harness/child.ts";
import { runCli, type ServerOptions, type ServerProcess, startServer } from "../harness/server-process.ts";
import { startApp } from "./app.ts";
import { damageItem, type Damaged } from "./damage.ts";
import { readDocuments } from "./documents.ts";
import { judge } from "./judge.ts";
import { introspection, readSchema } from "./make-graphql.ts";
import { type FuzzRequest, makeRequest, type RequestParts } from "./make-request.ts";
import type { MutationName } from "./mutations.ts";
import { type FuzzOperation, nameOf } from "./operation.ts";
import { createSender, type Outcome, type Sender } from "./send.ts";
import { undescribed } from "./undescribed.ts";
import { createWorld, type World } from "./world.ts";

/** What to do. */
export interface CampaignOptions {
  readonly mode: "dev" | "start";
  readonly seed: number;
  /** Where the server keeps its data. */
  readonly dataDir: string;
  /** Numbers of the requests. */
  readonly numbers: Iterable<number>;
  /** Operations that are asked; default: all. */
  readonly isWanted?: (operation: FuzzOperation) => boolean;
  /** When an answer counts as missing. */
  readonly answerMsMax?: number;
  /** Defects that are put into the server. */
  readonly mutations?: readonly MutationName[];
}

/** Something that is wrong. */
export interface Finding {
  readonly what: string;
  /** The request, ready to be sent again. */
  readonly request: string | null;
}

/** What came of it. */
export interface CampaignReport {
  readonly requests: number;
  /** Answers by the first digit of their status. */
  readonly answers: Readonly<Record<string, number>>;
  /** Operations that never answered with success. */
  readonly neverAccepted: readonly string[];
  readonly operations: number;
  /** What the log had to warn of, and how often. */
  readonly warnings: Readonly<Record<string, number>>;
  readonly slowest: { readonly ms: number; readonly request: string };
  readonly findings: readonly Finding[];
}

const signingKey = "signkey-prod-0123456789abcdef0123456789abcdef";
const eventKey = "fuzz-event-key";
/** Requests on their way at once. */
const sendersMax = 6;
/** Requests between two looks after the world. */
const populateEvery = 400;
/** Findings of one kind that are kept. */
const alikeMax = 1;

/** Runs it. */
export async function runCampaign(o: CampaignOptions): Promise<CampaignReport> {
  const keys = o.mode === "dev" ? null : { signingKey, eventKey };
  const log = createLogReader();
  const options: ServerOptions & { readonly dataDir: string } = {
    command: o.mode,
    dataDir: o.dataDir,
    args: keys === null ? [] : ["--signing-key", signingKey, "--event-key", eventKey],
    env: { TEST_MODE: "true", ...(o.mutations === undefined ? {} : { FUZZ_MUTATIONS: o.mutations.join(",") }) },
    onLine: log.take,
    ...(keys === null ? {} : { key: signingKey, eventKey }),
    ...(o.mutations === undefined ? {} : { nodeArgs: ["--import", new URL("mutate.ts", import.meta.url).href] }),
  };
  let server = await startServer(options);
  const app = await startApp();
  const sender = createSender(server.port, o);
  try {
    const read = async (path: string): Promise<unknown> => (await server.request("GET", path)).json;
    const operations = [...(await readDocuments(read)), ...undescribed];
    // What answers 501 is a third of all and has little that could break.
    const wanted = operations.filter(o.isWanted ?? (() => true));
    const supported = wanted.filter(({ answers }) => !answers.has(501));
    const weighted = [...supported, ...supported, ...supported, ...wanted];
    const schema = readSchema((await server.request("POST", "/v0/gql", { body: { query: introspection } })).json);
    const world = createWorld({ server, app, schema, keys });
    const tally = createTally(supported.map(nameOf));
    await world.populate();
    await server.stop();
    const damaged = damageItem(o.dataDir);
    world.pin("id", damaged.itemId);
    server = await server.restart();
    const parts: RequestParts = { operations: weighted, known: world.known, bodyOf: world.bodyOf, keys };
    await sendAll({ ...o, parts, sender, world, tally, child: server.child });
    if (!server.child.hasEnded) {
      await world.populate();
      await checkWork(server, tally);
      await checkData(o.dataDir, { tally, damaged });
    }
    if (server.child.hasEnded) tally.found({ what: `the server has ended: ${log.last()}`, request: null });
    for (const what of log.problems(damaged)) tally.found({ what: `the log: ${what}`, request: null });
    return { ...tally.report(), operations: operations.length, warnings: log.warnings() };
  } finally {
    sender.close();
    app.close();
    await server.child.end("SIGKILL");
  }
}

async function sendAll(o: {
  readonly numbers: Iterable<number>;
  readonly seed: number;
  readonly parts: RequestParts;
  readonly sender: Sender;
  readonly world: World;
  readonly tally: Tally;
  readonly child: Child;
}): Promise<void> {
  const numbers = o.numbers[Symbol.iterator]();
  let sent = 0;
  /** While the world is put in order, requests wait. */
  const upkeep: { populating: Promise<void> | null } = { populating: null };
  const work = async (): Promise<void> => {
    for (let next = numbers.next(); next.done !== true && !o.child.hasEnded; next = numbers.next()) {
      if (upkeep.populating !== null) await upkeep.populating;
      const request = makeRequest(o.parts, { seed: o.seed, number: next.value });
      const startedAt = performance.now();
      const outcome = await o.sender.send(request);
      const problems = judge(request, outcome);
      o.tally.took(request, outcome, performance.now() - startedAt);
      for (const what of problems)
        o.tally.found({
          what: `${nameOf(request.operation)}: ${what}`,
          request: `#${next.value} ${asCurl(request)} → ${outcomeText(outcome)}`,
        });
      if (outcome.kind === "answered" && outcome.status < 300) o.world.learn(outcome.text);
      sent += 1;
      if (sent % populateEvery === 0) {
        upkeep.populating = o.world
          .populate()
          .catch((error: unknown) =>
            o.tally.found({ what: `the world is not as it was: ${String(error)}`, request: null }),
          )
          .finally(() => (upkeep.populating = null));
      }
    }
  };
  await Promise.all(Array.from({ length: sendersMax }, work));
  await upkeep.populating;
}

/** After all of that an event starts a run, and the run ends. */
async function checkWork(server: ServerProcess, tally: Tally): Promise<void> {
  let event: unknown = null;
  try {
    const [eventId = ""] = await server.send({ name: "fuzz/done", data: { key: "last" } });
    await until(
      async () => {
        const { runs } = (event = await server.event(eventId));
        return runs.some(({ functionSlug, status }) => functionSlug === "fuzz-done" && status === "completed");
      },
      { describe: () => "a run completed" },
    );
  } catch (error) {
    const { text } = await server.request("GET", "/api/functions/fuzz-done");
    const request = `event ${JSON.stringify(event)}, function ${text}`;
    tally.found({ what: `no run came to its end afterwards: ${String(error)}`, request });
  }
}

/** Each unfinished run has something that moves it on, and all else that must hold. */
async function checkData(
  dataDir: string,
  { tally, damaged }: { readonly tally: Tally; readonly damaged: Damaged },
): Promise<void> {
  const { lines } = await runCli(["doctor", "--db", dataDir, "--json"]);
  const { findings } = JSON.parse(lines.at(-1) ?? "") as {
    readonly findings: readonly { readonly code: string; readonly ids: readonly string[] }[];
  };
  for (const { code, ids } of findings) {
    const others = ids.filter((id) => !id.includes(damaged.runId) && !id.includes(damaged.itemId));
    if (others.length > 0) tally.found({ what: `the doctor: ${code}: ${others.join(", ")}`, request: null });
  }
}

interface Tally {
  took(request: FuzzRequest, outcome: Outcome, ms: number): void;
  found(finding: Finding): void;
  report(): Omit<CampaignReport, "operations" | "warnings">;
}

function createTally(names: readonly string[]): Tally {
  const findings = new Map<string, Finding[]>();
  const answers: Record<string, number> = {};
  const notAccepted = new Set(names);
  let requests = 0;
  let slowest = { ms: 0, request: "" };
  return {
    took(request, outcome, ms) {
      requests += 1;
      const kind = outcome.kind === "answered" ? `${Math.floor(outcome.status / 100)}xx` : outcome.kind;
      answers[kind] = (answers[kind] ?? 0) + 1;
      const isSuccess =
        outcome.kind === "answered" && request.isOfOperation && request.operation.answers.has(outcome.status);
      if (isSuccess) notAccepted.delete(nameOf(request.operation));
      if (ms > slowest.ms) slowest = { ms: Math.round(ms), request: asCurl(request) };
    },
    found(finding) {
      const kind = finding.what.replace(/\d+|"[^"]*"/g, "…").slice(0, 160);
      const alike = findings.get(kind) ?? [];
      if (alike.length < alikeMax) findings.set(kind, [...alike, finding]);
    },
    report: () => ({
      requests,
      answers,
      neverAccepted: [...notAccepted],
      slowest,
      findings: [...findings.values()].flat(),
    }),
  };
}

/** Reads what the server says of itself: an error is a finding, warnings are counted. */
function createLogReader() {
  const problems = new Set<string>();
  const warnings: Record<string, number> = {};
  let last = "";
  return {
    take(line: string): void {
      last = line;
      const { level = 60, msg = line, ...facts } = parsedLine(line);
      // What is no line of the log comes from Node itself, and is a warning of it or a crash.
      if (level >= 50 || msg === "request refused") problems.add(`${msg} ${JSON.stringify(facts).slice(0, 1_500)}`);
      else if (level >= 40) warnings[msg] = (warnings[msg] ?? 0) + 1;
    },
    /** Without what was to be expected. */
    problems: ({ itemId }: Damaged) => [...problems].filter((line) => !line.includes(itemId)).slice(0, 20),
    warnings: () => warnings,
    last: () => last,
  };
}

function parsedLine(line: string): { readonly level?: number; readonly msg?: string } {
  try {
    return JSON.parse(line) as { readonly level?: number; readonly msg?: string };
  } catch {
    return {};
  }
}

function asCurl({ method, target, headers, body }: FuzzRequest): string {
  const shown = Object.entries(headers).map(
    ([name, value]) => `-H ${JSON.stringify(`${name}: ${value}`.slice(0, 200))}`,
  );
  const data = body === null ? [] : [`-d ${JSON.stringify(body.toString("utf8").slice(0, 600))}`];
  return [method, target.slice(0, 600), ...shown, ...data].join(" ");
}

function outcomeText(outcome: Outcome): string {
  if (outcome.kind !== "answered") return outcome.kind;
  return `${outcome.status} ${outcome.text.slice(0, 300)}`;
}
