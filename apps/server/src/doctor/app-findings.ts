// Why an app is not synced or not called, from what is seen of it here and what the server knows.
import type { ApiApp } from "@stepwright/protocol";
import { timeText } from "../remote/table.ts";
import type { AppLook } from "./app-look.ts";
import type { Finding } from "./finding.ts";
import { problemFinding } from "./problem-finding.ts";
import { findInSdk, modeFinding } from "./sdk-findings.ts";
import { findNoSdk } from "./serve-path-findings.ts";
import { findUnreachable } from "./unreachable-app.ts";

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

/** Finds it. What the app itself has wrong is why the server has a problem with it, so that is told in its place. */
export function findInApp(facts: AppFacts): readonly Finding[] {
  const { url, look, server, app } = facts;
  const isSynced = app !== null && app.status === "synced" && app.problem === null;
  const seen = isSynced ? refusedCalls(facts) : seenHere(facts, look);
  if (seen.length > 0 || server === null) return seen;
  if (app === null) return [unknownApp(url, server)];
  const kept = app.problem === null ? [] : [keptProblem(facts, { app, problem: app.problem, server })];
  return [...kept, ...pausedFinding(app)];
}

function seenHere(facts: AppFacts, look: AppLook): readonly Finding[] {
  if (look.kind === "answer") {
    const noSdk = findNoSdk(facts, look);
    return noSdk === null ? findInSdk(facts, look) : [noSdk];
  }
  // Where the server has had an answer, it knows better.
  const hasAnswered = (facts.app?.problem?.httpStatus ?? null) !== null;
  return hasAnswered ? [] : [findUnreachable(facts.url, look)];
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

function unknownApp(url: string, server: AskedServer): Finding {
  return {
    code: "APP_NOT_ADDED",
    says: `the app at ${url} is well, and the server at ${server.url} does not know it`,
    fix: `stepwright apps sync ${url}`,
  };
}

/** It has moved, or tells the server an address where nobody answers: behind a proxy it takes another name for its own. */
function elsewhere(url: string, { name, url: known }: ApiApp): Finding {
  return {
    code: "APP_WRONG_URL",
    says: `the server knows the app ${name} at ${known}, and does not reach it there`,
    fix: `stepwright apps sync ${url}; if the app then tells the same address again, set INNGEST_SERVE_ORIGIN=${new URL(url).origin} in it`,
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
  if (app.url !== url) return elsewhere(url, app);
  return {
    code: "APP_WRONG_HOST",
    says: `this machine reaches the app at ${url}, and the server does not reach it at ${app.url}`,
    fix: `Name the app as the server's machine reaches it, and have it say so with INNGEST_SERVE_ORIGIN: stepwright apps sync http://HOST:PORT${new URL(url).pathname} (from a container, the HOST is often host.docker.internal)`,
  };
}
