// Looks at an app as whoever calls it does, and keeps what is seen.
import { headers, isJsonObject, type JsonObject, signRequest, tryParseJson } from "@stepwright/protocol";

/** What was seen. */
export type AppLook =
  | {
      readonly kind: "unreachable";
      readonly reason: "refused" | "unknownHost" | "silent" | "insecure" | "broken";
      readonly message: string;
    }
  | {
      readonly kind: "answer";
      readonly status: number;
      /** What the SDK calls itself; null when none has answered, or one that hides from strangers. */
      readonly sdk: string | null;
      /** What it says about itself; null when it says nothing. */
      readonly body: JsonObject | null;
      /** Where it sends us; null when it does not. */
      readonly location: string | null;
      /** How far the app's clock is ahead of this machine's, as its answer is dated; null when it is not. */
      readonly clockAheadMs: number | null;
    };

/** An answer. */
export type Answer = Extract<AppLook, { kind: "answer" }>;

/** How long an app may take to say what it is: one that is compiled for its first request takes seconds. */
const lookMs = 15_000;
const bodyCharsMax = 64 * 1024;

/** Asks the app what it is, signed with a key where there is one. */
export async function lookAtApp(
  url: string,
  o: { readonly signingKey: string | null; readonly signal: AbortSignal; readonly now: () => number },
): Promise<AppLook> {
  const { signingKey, now } = o;
  const atSeconds = Math.floor(now() / 1_000);
  const signature =
    signingKey === null ? {} : { [headers.signature]: signRequest({ key: signingKey, body: "", atSeconds }) };
  try {
    const response = await fetch(url, {
      headers: signature,
      redirect: "manual",
      signal: AbortSignal.any([o.signal, AbortSignal.timeout(lookMs)]),
    });
    const body = tryParseJson((await response.text()).slice(0, bodyCharsMax));
    const dated = Date.parse(response.headers.get("date") ?? "");
    return {
      kind: "answer",
      status: response.status,
      sdk: response.headers.get(headers.sdk),
      body: body !== undefined && isJsonObject(body) ? body : null,
      location: response.status >= 300 && response.status < 400 ? response.headers.get("location") : null,
      clockAheadMs: Number.isNaN(dated) ? null : dated - now(),
    };
  } catch (error) {
    return failedLook(error);
  }
}

/** Paths at which frameworks serve functions. */
const usualPaths = ["/api/inngest", "/x/inngest", "/.netlify/functions/inngest", "/.redwood/functions/inngest"];

/** The URL of the same origin at which an SDK answers; null when none does. */
export async function findServePath(
  url: string,
  o: { readonly signal: AbortSignal; readonly now: () => number },
): Promise<string | null> {
  for (const path of usualPaths) {
    const candidate = new URL(path, url).href;
    if (candidate === url) continue;
    const look = await lookAtApp(candidate, { ...o, signingKey: null });
    if (isSdk(look)) return candidate;
  }
  return null;
}

/** Says whether an SDK has answered: one in production hides its name from who does not sign, but has its own words for it. */
export function isSdk(look: AppLook): boolean {
  if (look.kind !== "answer") return false;
  return look.sdk !== null || isGuarded(look) || isKeyless(look) || typeof look.body?.["function_count"] === "number";
}

/** An SDK in production that answers nobody without the key. */
export function isGuarded({ status, body }: Answer): boolean {
  return status === 401 && body?.["message"] === "Unauthorized";
}

/** An SDK in production that has no key, and can answer nobody. */
export function isKeyless({ status, body }: Answer): boolean {
  return status === 500 && body?.["code"] === "internal_server_error";
}

const reasons: readonly (readonly [RegExp, Extract<AppLook, { kind: "unreachable" }>["reason"]])[] = [
  [/ECONNREFUSED/, "refused"],
  [/ENOTFOUND|EAI_AGAIN/, "unknownHost"],
  [/CERT|SSL|TLS|SELF_SIGNED|EPROTO/, "insecure"],
  [/TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, "silent"],
];

function failedLook(error: unknown): AppLook {
  if (error instanceof DOMException)
    return { kind: "unreachable", reason: "silent", message: `no answer within ${lookMs / 1_000} s` };
  const { cause } = error as { readonly cause?: NodeJS.ErrnoException };
  const code = cause?.code ?? "";
  const [, reason = "broken"] = reasons.find(([pattern]) => pattern.test(code)) ?? [];
  // What TLS libraries say beside the code is places in their own source.
  const message = code === "" ? (cause?.message ?? String(error)) : code;
  return { kind: "unreachable", reason, message };
}
