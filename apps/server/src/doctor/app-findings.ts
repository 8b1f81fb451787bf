// Why an app is not synced or not called, from what is seen of it here and what the server knows.
import { type ApiApp, signatureToleranceSeconds } from "@stepwright/protocol";
import { lengthText, timeText } from "../remote/table.ts";
import { type AppLook, isGuarded, isKeyless, isSdk } from "./app-look.ts";
import type { Finding } from "./finding.ts";
import { problemFinding } from "./problem-finding.ts";

/** The server, as far as it can be asked. */
export interface AskedServer {
  readonly url: string;
  readonly mode: "dev" | "start";
}

/** What is known about an app. */
export interface AppFacts {
  readonly url: string;
  /** Seen as a stranger, and as whoever has the key; null where there is none to sign with. */
  readonly look: AppLook;
  readonly signedLook: AppLook | null;
  /** Where else on the same origin an SDK answers; null when nowhere, or nobody has looked. */
  readonly foundAt: string | null;
  /** Null when it cannot be asked. */
  readonly server: AskedServer | null;
  /** As the server has it after it was synced just now; null when it does not know it. */
  readonly app: ApiApp | null;
}

type Answer = Extract<AppLook, { kind: "answer" }>;

/** Finds it. What the app itself has wrong is why the server has a problem with it, so that is told in its place. */
export function findInApp(facts: AppFacts): readonly Finding[] {
  const { url, look, server, app } = facts;
  const isSynced = app !== null && app.status === "synced" && app.problem === null;
  const seen = isSynced
    ? refusedCalls(facts)
    : look.kind === "unreachable"
      ? unreachable(facts, look)
      : seenOf(facts, look);
  if (seen.length > 0 || server === null) return seen;
  if (app === null) return [unknownApp(url, server)];
  const kept = app.problem === null ? [] : [keptProblem(facts, { app, problem: app.problem, server })];
  return [...kept, ...movedFinding(facts, app), ...pausedFinding(app)];
}

/**
 * An app that was synced may have a finding all the same: one in production mode registers with a server without keys, and then
 * refuses its calls. Otherwise what the server sees is what counts: this machine may be in another network.
 */
function refusedCalls(facts: AppFacts): readonly Finding[] {
  return facts.look.kind === "answer" && facts.server?.mode === "dev" ? modeFinding(facts, facts.look) : [];
}

/** The app's own finding where its server pauses it. */
export function pausedFinding(app: ApiApp): readonly Finding[] {
  if (app.pausedAt === null) return [];
  return [
    {
      code: "APP_PAUSED",
      says: `the app ${app.name} has been paused since ${timeText(app.pausedAt)}, so none of its functions is called`,
      fix: `stepwright apps resume ${app.name}`,
    },
  ];
}

function unreachable({ url, app }: AppFacts, look: Extract<AppLook, { kind: "unreachable" }>): readonly Finding[] {
  // The server reaches it, and knows better.
  if (app !== null && app.problem !== null && app.problem.httpStatus !== null) return [];
  const { host, hostname, protocol } = new URL(url);
  const finding = (code: string, says: string, fix: string): readonly Finding[] => [{ code, says, fix }];
  switch (look.reason) {
    case "refused":
      return finding(
        "APP_NOT_RUNNING",
        `nothing listens at ${host}`,
        `Start the app, or name the URL at which it serves its functions: stepwright doctor URL`,
      );
    case "unknownHost":
      return finding(
        "APP_HOST_UNKNOWN",
        `the host ${hostname} has no address here`,
        `Name the app by a host that this machine and the server know: stepwright apps sync URL`,
      );
    case "silent":
      return finding(
        "APP_SILENT",
        `the app at ${url} does not answer: ${look.message}`,
        `See what the app itself is doing, and whether something between drops the connection`,
      );
    case "insecure":
      return finding(
        "APP_TLS",
        `there is no secure connection to ${url}: ${look.message}`,
        `Use a certificate that is trusted here, or plain http: stepwright apps sync ${url.replace(/^https:/, "http:")}`,
      );
    case "broken":
      return finding(
        "APP_CONNECTION_BROKEN",
        `the connection to ${url} breaks: ${look.message}`,
        `Check that the app speaks ${protocol.replace(":", "")} on that port, and see what it has logged`,
      );
  }
}

function seenOf(facts: AppFacts, look: Answer): readonly Finding[] {
  if (look.location !== null) return [redirected(facts.url, look)];
  if (!isSdk(look)) return [noServeEndpoint(facts, look)];
  // What it tells whoever has the key says most.
  const signed = facts.signedLook?.kind === "answer" ? facts.signedLook : null;
  const best = signed !== null && signed.body !== null && signed.status < 400 ? signed : look;
  return [
    ...modeFinding(facts, best),
    ...keyFinding(facts, { look, signed }),
    ...functionsFinding(facts.url, best),
    ...otherServer(facts, best),
  ].slice(0, 1);
}

function redirected(url: string, { location, status }: Answer): Finding {
  const to = URL.parse(location ?? "", url)?.href ?? location ?? "";
  return {
    code: "APP_REDIRECT",
    says: `${url} answers with a redirect (HTTP ${status}) to ${to}`,
    fix: `stepwright apps sync ${to}`,
  };
}

function noServeEndpoint({ url, foundAt }: AppFacts, { status }: Answer): Finding {
  if (foundAt !== null)
    return {
      code: "APP_WRONG_PATH",
      says: `${url} answers HTTP ${status} and serves no functions; ${foundAt} does`,
      fix: `stepwright apps sync ${foundAt}`,
    };
  if (status >= 500)
    return {
      code: "APP_BROKEN",
      says: `the app at ${url} answers HTTP ${status} before an Inngest SDK could`,
      fix: `See what the app itself has logged`,
    };
  return {
    code: "APP_NOT_SERVING",
    says: `${url} answers HTTP ${status}, and not as an Inngest SDK does`,
    fix: `In the app: serve the functions there with serve(), or name the URL at which it does: stepwright doctor URL`,
  };
}

/** `dev` and production are different protocols: without keys, and with. */
function modeFinding({ url, server }: AppFacts, look: Answer): readonly Finding[] {
  if (server === null) return [];
  const mode = isGuarded(look) || isKeyless(look) ? "cloud" : look.body?.["mode"];
  if (server.mode === "dev" && mode === "cloud")
    return [
      {
        code: "APP_MODE",
        says: `the app at ${url} runs in production mode and refuses calls without a signature, and the server was started with "stepwright dev"`,
        fix: `In the app: INNGEST_DEV=${isDefault(server.url) ? "1" : server.url}`,
      },
    ];
  if (server.mode === "start" && mode === "dev")
    return [
      {
        code: "APP_MODE",
        says: `the app at ${url} runs in development mode, and the server was started with "stepwright start"`,
        fix: `In the app: INNGEST_DEV=0, INNGEST_BASE_URL=${server.url}, and INNGEST_SIGNING_KEY and INNGEST_EVENT_KEY of the server`,
      },
    ];
  return [];
}

function keyFinding(
  { url, server }: AppFacts,
  { look, signed }: { readonly look: Answer; readonly signed: Answer | null },
): readonly Finding[] {
  if (server?.mode !== "start") return [];
  if (isKeyless(look) || look.body?.["has_signing_key"] === false)
    return [
      {
        code: "APP_KEY_MISSING",
        says: `the app at ${url} has no signing key`,
        fix: `In the app: INNGEST_SIGNING_KEY with the key that the server was started with`,
      },
    ];
  const aheadMs = signed?.clockAheadMs ?? null;
  if (aheadMs !== null && Math.abs(aheadMs) > signatureToleranceSeconds * 1_000)
    return [
      {
        code: "APP_CLOCK",
        says: `the clock of the app at ${url} is ${lengthText(Math.abs(aheadMs))} ${aheadMs > 0 ? "ahead of" : "behind"} this machine's, so it refuses every signature`,
        fix: `Set the clocks of both machines, for example with chrony or ntpd; they may differ by ${signatureToleranceSeconds / 60} minutes`,
      },
    ];
  if (signed !== null && (signed.status === 401 || signed.body?.["authentication_succeeded"] === false))
    return [
      {
        code: "APP_KEY_DIFFERS",
        says: `the app at ${url} refuses the signature: it has another signing key than the server, or none`,
        fix: `In the app: INNGEST_SIGNING_KEY with the key that the server was started with`,
      },
    ];
  return [];
}

function functionsFinding(url: string, look: Answer): readonly Finding[] {
  if (look.body?.["function_count"] !== 0) return [];
  return [
    {
      code: "APP_NO_FUNCTIONS",
      says: `the app at ${url} serves no functions`,
      fix: `In the app: pass its functions to serve()`,
    },
  ];
}

/** Only an SDK that was asked with its key says where it registers. */
function otherServer({ url, server }: AppFacts, look: Answer): readonly Finding[] {
  const origin = look.body?.["api_origin"];
  if (server === null || typeof origin !== "string" || isSameServer(origin, server.url)) return [];
  return [
    {
      code: "APP_OTHER_SERVER",
      says: `the app at ${url} registers with ${origin}, and not with ${server.url}`,
      fix: `In the app: INNGEST_BASE_URL=${server.url}`,
    },
  ];
}

function unknownApp(url: string, server: AskedServer): Finding {
  return {
    code: "APP_NOT_ADDED",
    says: `the app at ${url} is well, and the server at ${server.url} does not know it`,
    fix: `stepwright apps sync ${url}`,
  };
}

/** Where this machine reaches the app and the server does not, the address is one of this machine's alone. */
function keptProblem(
  { url, look }: AppFacts,
  o: { readonly app: ApiApp; readonly problem: NonNullable<ApiApp["problem"]>; readonly server: AskedServer },
): Finding {
  const { app, problem, server } = o;
  const isUnreachable = ["APP_UNREACHABLE", "APP_TIMEOUT", "APP_TLS"].includes(problem.code);
  if (look.kind !== "answer") return problemFinding(app, problem, server.url);
  // There is no key here to refuse: what it has passed on is the refusal of the server that it has registered with.
  if (problem.code === "APP_SIGNATURE" && server.mode === "dev" && look.body?.["mode"] === "dev")
    return problemFinding(app, { ...problem, code: "APP_OTHER_SERVER" }, server.url);
  if (!isUnreachable) return problemFinding(app, problem, server.url);
  return {
    code: "APP_WRONG_HOST",
    says: `this machine reaches the app at ${url}, and the server does not reach it at ${app.url}`,
    fix: `Name the app as the server's machine reaches it, and have it say so with INNGEST_SERVE_ORIGIN: stepwright apps sync http://HOST:PORT${new URL(url).pathname} (from a container, the HOST is often host.docker.internal)`,
  };
}

/** It registered under another address than the one it was asked at, where nobody answers calls. */
function movedFinding({ url, look }: AppFacts, app: ApiApp): readonly Finding[] {
  if (app.url === url || look.kind !== "answer" || app.problem === null) return [];
  return [
    {
      code: "APP_SERVE_ORIGIN",
      says: `the app at ${url} tells the server to call it at ${app.url}`,
      fix: `In the app: INNGEST_SERVE_ORIGIN=${new URL(url).origin}, or none`,
    },
  ];
}

function isDefault(server: string): boolean {
  return isSameServer(server, "http://localhost:8288");
}

const thisMachine = new Set(["localhost", "127.0.0.1", "[::1]", "0.0.0.0"]);

function isSameServer(a: string, b: string): boolean {
  const [one, other] = [URL.parse(a), URL.parse(b)];
  if (one === null || other === null) return a === b;
  const isSameHost =
    one.hostname === other.hostname || (thisMachine.has(one.hostname) && thisMachine.has(other.hostname));
  // Behind a proxy the name that people use and the one that apps use may both be right; a port that differs here is not.
  return isSameHost && one.port === other.port;
}
