// What is wrong with an SDK that answers, beside the server it is meant for.
import { signatureToleranceSeconds } from "@stepwright/protocol";
import { lengthText } from "../remote/table.ts";
import type { AppFacts } from "./app-findings.ts";
import { type Answer, isGuarded, isKeyless } from "./app-look.ts";
import type { Finding } from "./finding.ts";

/** Finds it, what lies deepest first: without the right mode there is no key, and without the key nothing else is told. */
export function findInSdk(facts: AppFacts, look: Answer): readonly Finding[] {
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

/** `dev` and production are different protocols: without keys, and with. */
export function modeFinding({ url, server }: AppFacts, look: Answer): readonly Finding[] {
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
