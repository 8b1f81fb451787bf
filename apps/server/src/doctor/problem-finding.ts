// What the server has found wrong with an app at its last sync, and what helps.
import type { ApiApp } from "@stepwright/protocol";
import { oneLine } from "../remote/table.ts";
import type { Finding } from "./finding.ts";

type Problem = NonNullable<ApiApp["problem"]>;

/** The finding about a problem; `server` is where the server is reached. */
export function problemFinding(app: ApiApp, problem: Problem, server: string): Finding {
  const says = oneLine(problem.message);
  if (problem.code === "APP_OTHER_SERVER" || isRegisteredElsewhere(problem))
    return {
      code: "APP_OTHER_SERVER",
      says: `the app at ${app.url} registers with another server than ${server}`,
      fix: `In the app: INNGEST_DEV=${server} while developing, INNGEST_BASE_URL=${server} with keys; then stepwright apps sync ${app.url}`,
    };
  return { code: problem.code, says, fix: fixOf(problem.code, { app, server }) };
}

/** It answered well and registered, but not here; or, in the words of the SDK, nobody was there where it wanted to. */
function isRegisteredElsewhere({ code, httpStatus, message }: Problem): boolean {
  if (code !== "APP_HTTP_STATUS") return false;
  return (httpStatus ?? 0) < 400 || message.includes("Failed to register; fetch failed");
}

function fixOf(code: string, { app, server }: { readonly app: ApiApp; readonly server: string }): string {
  const again = `stepwright apps sync ${app.url}`;
  switch (code) {
    case "APP_UNREACHABLE":
    case "APP_TIMEOUT":
      return `Start the app, or give the server the URL at which it reaches it: stepwright apps sync URL`;
    case "APP_TLS":
      return `Give the server the URL with the protocol that the app speaks: stepwright apps sync ${otherProtocol(app.url)}`;
    case "APP_REDIRECT":
    case "APP_NOT_SDK":
    case "APP_SYNC_INVALID":
      return `Give the server the URL at which the app serves its functions: stepwright apps sync URL`;
    case "APP_SIGNATURE":
    case "APP_RESPONSE_SIGNATURE":
      return `In the app: INNGEST_SIGNING_KEY with the key that the server was started with; then ${again}`;
    case "APP_SIGNING_KEY_MISSING":
      return `In the app: INNGEST_SIGNING_KEY with the key of the server, or INNGEST_DEV=1 with a server of "stepwright dev"`;
    case "SERVER_KIND_MISMATCH":
      return `In the app: INNGEST_DEV=1 with a server of "stepwright dev", INNGEST_DEV=0 with one of "stepwright start"`;
    case "APP_NO_FUNCTIONS":
      return `In the app: pass its functions to serve(); then ${again}`;
    case "config_invalid":
    case "APP_FUNCTION_INVALID":
      return `In the app: change the configuration that is named; what was registered before stays in force. Then ${again}`;
    case "sdk_version_denied":
      return `In the app: npm install inngest@latest; then ${again}`;
    case "APP_HTTP_STATUS":
      return `See what the app itself has logged; then ${again} (the server is ${server})`;
    default:
      return `Put right what is named; then ${again}`;
  }
}

function otherProtocol(url: string): string {
  return url.startsWith("https:") ? url.replace("https:", "http:") : url.replace("http:", "https:");
}
