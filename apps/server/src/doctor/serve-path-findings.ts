// What answers at the URL of an app, when it is no SDK.
import type { AppFacts } from "./app-findings.ts";
import { type Answer, isSdk } from "./app-look.ts";
import type { Finding } from "./finding.ts";

/** Finds it; null when an SDK answers. */
export function findNoSdk(facts: AppFacts, look: Answer): Finding | null {
  if (look.location !== null) return redirected(facts.url, look);
  return isSdk(look) ? null : noServeEndpoint(facts, look);
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
