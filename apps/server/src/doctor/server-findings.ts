// What is wrong with a server as a whole.
import type { ApiApp, ApiFunction, ApiInfo } from "@stepwright/protocol";
import type { ServerFailure } from "../remote/server-client.ts";
import { pausedFinding } from "./app-findings.ts";
import type { Finding } from "./finding.ts";
import { problemFinding } from "./problem-finding.ts";
import { functionPaused } from "./run-findings.ts";

/** What is known about a server. */
export interface ServerFacts {
  readonly info: ApiInfo;
  /** Why it is not ready, in its own words; null when it is. */
  readonly notReady: string | null;
  readonly apps: readonly ApiApp[];
  readonly functions: readonly ApiFunction[];
  readonly url: string;
}

/** Finds it. */
export function findInServer({ info, notReady, apps, functions, url }: ServerFacts): readonly Finding[] {
  const pausedApps = new Set(apps.filter(({ pausedAt }) => pausedAt !== null).map(({ id }) => id));
  return [
    ...(notReady === null ? [] : [unready(notReady)]),
    ...(apps.length === 0 ? [noApps(info)] : []),
    ...apps.flatMap((app) => (app.problem === null ? [] : [problemFinding(app, app.problem, url)])),
    ...apps.flatMap(pausedFinding),
    ...functions.filter(({ appId }) => !pausedApps.has(appId)).flatMap(functionPaused),
    ...(info.queue.setAside === 0 ? [] : [setAside(info.queue.setAside)]),
  ];
}

/** A server that cannot be asked: that is why nothing works. */
export function unanswered({ code, message }: ServerFailure): Finding {
  return {
    code,
    says: message.split("; ")[0] ?? message,
    fix:
      code === "LOGIN_REQUIRED"
        ? `Give the key the server was started with: --signing-key HEX, or INNGEST_SIGNING_KEY`
        : `Start one with "stepwright dev", or say where it is: --server URL`,
  };
}

function unready(reason: string): Finding {
  return {
    code: "SERVER_NOT_READY",
    says: `the server is not ready: ${reason}`,
    fix: `See its log, and docs/errors.md about the code; stored data is checked by: stepwright doctor --db FOLDER`,
  };
}

function noApps({ isDiscovering }: ApiInfo): Finding {
  return {
    code: "NO_APPS",
    says: isDiscovering
      ? "the server knows no app yet, and looks for one on the usual local ports"
      : "the server knows no app",
    fix: `Start an app, then: stepwright apps sync http://localhost:3000/api/inngest`,
  };
}

function setAside(count: number): Finding {
  return {
    code: "SET_ASIDE",
    says: `${count === 1 ? "1 queue item" : `${count} queue items`} could not be processed, and ${count === 1 ? "is" : "are"} set aside`,
    fix: `stepwright queue list --set-aside, and when the reason is gone: stepwright queue retry --all`,
  };
}
